import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {maxWrites} from '../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../fakes/etcd-server.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'

/* A pipe takes 64 KiB before it is read; what is listed here is more. */

const ctl = fileURLToPath(new URL('../../bin/ctl', import.meta.url))
const units = Array.from({length: 4_000}, (_, at) => `a-name-that-is-rather-long@${at + 1}.service`)

let etcd: EtcdServer
beforeAll(async () => {
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
afterAll(() => etcd?.remove())

function start(...words: readonly string[]): ChildProcess {
  const child = spawn(ctl, words, {stdio: 'pipe', env: {...process.env, CTL_ENDPOINTS: etcd.endpoint, NO_COLOR: '1'}})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

test('what is printed into a pipe comes whole, however late it is read', async () => {
  const child = start('list-unit-files', '-o', 'name')
  const ended = once(child, 'close')
  // Nothing is read yet: what it says on stderr cannot come before.
  await until('the pipe is full', () => (child.stdout?.readableLength ?? 0) >= 65_536)
  let text = ''
  child.stdout?.on('data', chunk => {
    text += String(chunk)
  })
  expect(await ended).toEqual([0, null])
  expect(text.trimEnd().split('\n').sort()).toEqual([...units].sort())
})

test('^C ends it though nobody reads', async () => {
  const child = start('list-unit-files', '-o', 'name')
  const ended = once(child, 'exit')
  await until('the pipe is full', () => (child.stdout?.readableLength ?? 0) >= 65_536)
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})

test('a reader that goes is no failure', async () => {
  const child = start('list-unit-files', '-o', 'name')
  const ended = once(child, 'exit')
  child.stdout?.once('data', () => child.stdout?.destroy())
  expect(await ended).toEqual([0, null])
})
