import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {parseTokens, tokenOf} from '../../src/lib/api/server/tokens.ts'
import {UsageError} from '../../src/lib/base/errors.ts'
import {appendToken, makeToken} from '../../src/lib/cli/agent/make-token.ts'

async function place(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-tokens-'))
  onTestFinished(() => rm(directory, {recursive: true, force: true}))
  return join(directory, 'tokens')
}

test('tokens are added to a file that its owner alone may read, and are known by their secrets', async () => {
  const path = await place()
  const [one, two] = [makeToken('jenkins', 'operate'), makeToken('jenkins', 'admin')]
  expect(one.secret).toMatch(/^ctl_[A-Za-z0-9_-]{43}$/)
  await appendToken(path, one.line)
  await appendToken(path, two.line)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const text = await readFile(path, 'utf8')
  expect(text).not.toContain(one.secret)
  const tokens = parseTokens(path, text)
  expect(tokenOf(tokens, one.secret)).toMatchObject({name: 'jenkins', role: 'operate'})
  expect(tokenOf(tokens, two.secret)).toMatchObject({name: 'jenkins', role: 'admin'})
})

test('a last line without an end is ended first, and what was there stays', async () => {
  const path = await place()
  await writeFile(path, '# ours', {mode: 0o640})
  await appendToken(path, makeToken('a', 'read').line)
  expect(await readFile(path, 'utf8')).toMatch(/^# ours\na:read:[0-9a-f]{64}\n$/)
  expect((await stat(path)).mode & 0o777).toBe(0o640)
})

test('a file that cannot be written is told', async () => {
  await expect(appendToken('/nowhere/at/all', 'x')).rejects.toThrow(UsageError)
})

test.each(['', 'a b', 'a:b', 'x'.repeat(65), 'ä'])('%j names no token', name => {
  expect(() => makeToken(name, 'read')).toThrow(UsageError)
})
