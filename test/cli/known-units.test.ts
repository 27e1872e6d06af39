import {afterEach, beforeEach, expect, test} from 'vitest'
import {NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {isGlob, knownUnits} from '../../src/lib/cli/units/known-units.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'

const signal = new AbortController().signal
let store: MemoryStore
beforeEach(async () => {
  store = new MemoryStore()
  const names = ['web@10.service', 'web@2.service', 'web@.service', 'db.service', 'db.timer']
  await store.commit(
    [],
    names.map(name => ({kind: 'put', ...recordEntry(name)})),
  )
})
afterEach(() => store.close())

test.each<[args: readonly string[], names: readonly string[]]>([
  [[], []],
  [['web@2'], ['web@2.service']],
  [['nobody'], ['nobody.service']],
  [['units/web@2.service'], ['web@2.service']],
  [['web@.service'], ['web@.service']],
  [['web@{2,3}'], ['web@2.service', 'web@3.service']],
  [['web', 'web.service', 'web'], ['web.service']],
  [['web@*'], ['web@2.service', 'web@10.service']],
  [['web@?'], ['web@2.service']],
  [['web@[1-9]'], ['web@2.service']],
  [['web@[^2]*'], ['web@10.service']],
  [['{web@,d}*'], ['web@2.service', 'web@10.service', 'db.service']],
  [['*'], ['db.service', 'web@2.service', 'web@10.service']],
  [['*.timer'], ['db.timer']],
  [
    ['web@10', 'web@*', 'nobody'],
    ['web@10.service', 'web@2.service', 'nobody.service'],
  ],
])('%j are %j', async (args, names) => {
  expect(await knownUnits(store, args, signal)).toEqual(names)
})

test.each<[arg: string, message: string]>([
  ['nobody*', 'nobody*.service: no known unit matches'],
  ['web@[', 'web@[.service: no known unit matches'],
  ['web@.?ervice.service', 'web@.?ervice.service: no known unit matches'],
])('%s matches nothing, and that is told', async (arg, message) => {
  const asked = knownUnits(store, ['web@*', arg], signal)
  await expect(asked).rejects.toThrow(NotFoundError)
  await expect(asked).rejects.toThrow(message)
})

test.each(['web!', 'web@{1..', ''])('%j cannot be a name', async arg => {
  await expect(knownUnits(store, [arg], signal)).rejects.toThrow(UsageError)
  await expect(knownUnits(store, ['web@*', arg], signal)).rejects.toThrow(UsageError)
})

test.each([
  ['web@1', false],
  ['web@{1..2}', false],
  ['web@*', true],
  ['web@?', true],
  ['[a]', true],
])('%s is a glob: %s', (arg, glob) => {
  expect(isGlob(arg)).toBe(glob)
})
