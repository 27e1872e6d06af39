import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, constants, openSync, readSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {maxWrites} from '../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../fakes/etcd-server.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'

/* A pipe takes 64 KiB before it is read; what is listed here is several times that. */

const ctl = fileURLToPath(new URL('../../bin/ctl', import.meta.url))
const units = Array.from({length: 8_000}, (_, at) => `a-name-that-is-rather-long@${at + 1}.service`)

let etcd: EtcdServer
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-pipe-'))
  etcd = await startEtcd()
  const store = openEtcdStore({endpoints: [etcd.endpoint]})
  for (let at = 0; at < units.length; at += maxWrites) {
    const entries = units.slice(at, at + maxWrites).map(unit => recordEntry(unit))
    await store.commit(
      [],
      entries.map(({key, value}) => ({kind: 'put', key, value})),
    )
  }
  store.close()
})
afterAll(async () => {
  await etcd?.remove()
  await rm(directory, {recursive: true, force: true})
})

function start(stdout: number | 'pipe', command: string, ...words: readonly string[]) {
  const env = {...process.env, CTL_ENDPOINTS: etcd.endpoint, NO_COLOR: '1'}
  const child = spawn(command, words, {stdio: ['ignore', stdout, 'inherit'], env})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

const list = ['list-unit-files', '-o', 'name'] as const

test('what is printed into a pipe comes whole', async () => {
  const child = start('pipe', 'sh', '-c', `"$0" ${list.join(' ')} | cat`, ctl)
  const printed = child.stdout === null ? '' : await text(child.stdout)
  expect(printed.trimEnd().split('\n').sort()).toEqual([...units].sort())
})

test('^C ends it though nobody reads', async () => {
  const path = join(directory, 'pipe')
  expect(spawnSync('mkfifo', [path]).status).toBe(0)
  // Open both ways, so that there is a reader, who does not read.
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(pipe))
  const child = start(pipe, ctl, ...list)
  const ended = once(child, 'exit')
  await until('it prints', () => {
    try {
      return readSync(pipe, Buffer.alloc(1)) === 1
    } catch {
      return false
    }
  })
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})

test.each([
  {name: 'long', words: list},
  {name: 'short', words: ['--version']},
])('a full disk is a failure: $name', async ({words}) => {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  const child = spawn(ctl, words, {stdio: ['ignore', full, 'pipe'], env: {...process.env, CTL_ENDPOINTS: etcd.endpoint}})
  const [said, [code]] = await Promise.all([child.stderr === null ? '' : text(child.stderr), once(child, 'exit')])
  expect({code, said}).toEqual({
    code: 5,
    said: expect.stringMatching(/^ctl: cannot write to stdout: .*no space left.*\nhint: what it holds is not whole\n$/),
  })
})

test('a reader that goes is no failure', async () => {
  const child = start('pipe', ctl, ...list)
  const ended = once(child, 'exit')
  child.stdout?.once('data', () => child.stdout?.destroy())
  expect(await ended).toEqual([0, null])
})
