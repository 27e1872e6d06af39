import {join} from 'node:path'
import {expect, test} from 'vitest'
import {execute} from './execute.ts'
import {root} from './places.ts'

const hosts = (...words: readonly string[]) => execute([process.execPath, join(root, 'test/hosts/main.ts'), ...words])

test.each([
  {words: ['up', '0'], told: '0: write a number from 1 to 20'},
  {words: ['up', '1', '--etcd', 'x'], told: 'x: write a number from 1 to 3'},
  {words: ['up', '1', '2'], told: 'too many arguments'},
  {words: ['fly'], told: 'usage: npm run hosts'},
  {words: [], told: 'usage: npm run hosts'},
  {words: ['down', '--nope'], told: "Unknown option '--nope'"},
])('hosts $words is refused, exit 2', async ({words, told}) => {
  expect(await hosts(...words)).toMatchObject({code: 2, stdout: '', stderr: expect.stringContaining(told)})
})
