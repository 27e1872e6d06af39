import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {sourceTrace} from '../../src/lib/start/source-trace.ts'
import {withDirectory} from '../cli/temporary-directory.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ctl = join(root, 'bin/ctl')

/** Runs ctl with its cache in this directory. */
function run(cache: string, ...words: readonly string[]) {
  const {status, stdout, stderr} = spawnSync(ctl, words, {
    encoding: 'utf8',
    env: {PATH: process.env.PATH, XDG_CACHE_HOME: cache, CTL_ENDPOINTS: 'http://127.0.0.1:1'},
  })
  return {status, stdout, stderr}
}

/** The files of the cache, by what they are kept for. */
function kept(cache: string): Readonly<Record<string, string>> {
  const code = join(cache, 'meissa', 'code')
  const [build = ''] = readdirSync(code)
  return Object.fromEntries(readdirSync(join(code, build)).map(name => [name, join(code, build, name)]))
}

const version = expect.stringMatching(/^ctl version /)

test('what a command compiled is kept for it, and for others until they have run', async () => {
  await withDirectory({}, async cache => {
    run(cache, 'cat', 'web@1')
    expect(Object.keys(kept(cache))).toEqual(['any'])
    run(cache, 'list-machines', '--help')
    expect(Object.keys(kept(cache))).toEqual(['any'])
    run(cache, 'version')
    expect(Object.keys(kept(cache))).toEqual(['any', 'version'])
    const [file = ''] = Object.values(kept(cache)).slice(1)
    const before = readFileSync(file)
    expect(run(cache, 'version')).toEqual({status: 0, stdout: version, stderr: ''})
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})

describe('the program runs, and its code is kept anew, where', () => {
  const wrongs: readonly [name: string, spoil: (file: string) => void][] = [
    ['a byte is wrong', file => spoilByte(file)],
    ['half of it is missing', file => writeFileSync(file, readFileSync(file).subarray(0, 1000))],
    ['it is empty', file => writeFileSync(file, '')],
    ['V8 knows nothing of it', file => writeFileSync(file, Buffer.alloc(5000))],
  ]
  test.each(wrongs)('%s', async (_, spoil) => {
    await withDirectory({}, async cache => {
      run(cache, 'version')
      const {version: file = ''} = kept(cache)
      spoil(file)
      const spoiled = readFileSync(file)
      expect(run(cache, 'version')).toEqual({status: 0, stdout: version, stderr: ''})
      expect(readFileSync(file).equals(spoiled)).toBe(false)
      expect(readFileSync(file).length).toBeGreaterThan(100_000)
    })
  })
})

test('without a place for it nothing is kept, and nothing is said', async () => {
  await withDirectory({file: ''}, async directory => {
    for (const cache of ['', 'relative', join(directory, 'file'), join(directory, 'a/b'), '/proc'])
      expect(run(cache, 'version')).toEqual({status: 0, stdout: version, stderr: ''})
    expect(readdirSync(directory)).toEqual(['file'])
  })
})

test('only its owner reads and writes it', async () => {
  await withDirectory({}, async cache => {
    run(cache, 'version')
    const {version: file = ''} = kept(cache)
    const modes = [file, join(file, '..'), join(file, '../..')].map(path => (statSync(path).mode & 0o777).toString(8))
    expect(modes).toEqual(['600', '700', '700'])
  })
})

function spoilByte(file: string): void {
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

test('a trace names the places in the sources', async () => {
  await withDirectory({}, async cache => {
    // Once compiled, once as it was kept: the places are the same.
    for (const _ of [1, 2]) {
      const {stderr} = run(cache, 'cat', 'web@1', '--debug')
      const [, file = '', line = ''] = /\((src\/[^:]+):(\d+):\d+\)/.exec(stderr) ?? []
      const source = readFileSync(join(root, file), 'utf8').split('\n')[Number(line) - 1]
      expect(source).toContain('new UnreachableError(')
    }
  })
})

test('a trace without a map is as it was', () => {
  const trace =
    'Error: no\n    at a (/nowhere/program.cjs:17:20)\n    at /no where/program.cjs:1:2\n    at node:internal/process:1:2'
  expect(sourceTrace(trace)).toBe(trace)
})
