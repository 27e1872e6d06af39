import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {UsageError} from '../../../src/lib/base/errors.ts'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import {maxWrites} from '../../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'

let server: EtcdServer
beforeAll(async () => {
  server = await startEtcd()
})
afterAll(async () => await server?.remove())

test('more than etcd takes at once is wrong usage, and nothing is written', async () => {
  const store = openEtcdStore({endpoints: [server.endpoint], prefix: '/much/'})
  try {
    for (const size of [14_000, 60_000]) {
      const writes = Array.from({length: maxWrites}, (_, index) => ({
        kind: 'put' as const,
        key: `k${index}`,
        value: 'x'.repeat(size),
      }))
      await expect(store.commit([], writes)).rejects.toThrow(UsageError)
    }
    expect((await store.list([''])).entries).toEqual([])
  } finally {
    store.close()
  }
})

/** Opens a watch and a session, does something to them, closes the store and says so; nothing else may keep the process. */
const script = (endpoint: string, then: string) => `
  import {openEtcdStore} from ${JSON.stringify(new URL('../../../src/lib/store/etcd/etcd-store.ts', import.meta.url))}
  const store = openEtcdStore({endpoints: [${JSON.stringify(endpoint)}], callTimeoutMs: 1000})
  const {revision} = await store.list(['']).catch(() => ({revision: 1}))
  const session = await store.openSession(30).catch(() => undefined)
  const watching = (async () => { for await (const change of store.watch([''], revision, new AbortController().signal)) ; })()
  ${then}
  store.close()
  await watching
  console.log('closed', session !== undefined)
`

test.each([
  ['after use', () => server.endpoint, '', 'closed true'],
  ['with nobody there', () => 'http://127.0.0.1:1', '', 'closed false'],
  [
    'after etcd died',
    () => server.endpoint,
    "process.stdin.resume(); console.log('ready'); await new Promise(resolve => process.stdin.once('end', resolve))",
    'ready\nclosed true',
  ],
])('a closed store lets the process end: %s', async (name, endpoint, then, said) => {
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script(endpoint(), then)], {
    timeout: 10_000,
  })
  if (name === 'after etcd died') {
    await new Promise(resolve => running.child.stdout?.once('data', resolve))
    await server.stop()
  }
  running.child.stdin?.end()
  const {stdout, stderr} = await running
  expect(stdout.trim()).toBe(said)
  expect(stderr).toBe('')
})
