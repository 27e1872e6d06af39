import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest'
import {UnreachableError, UsageError} from '../../../src/lib/base/errors.ts'
import {type EtcdOptions, openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import type {Listing} from '../../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'
import {until} from '../watching.ts'

const run = promisify(execFile)

async function list(options: EtcdOptions, prefix = 'a'): Promise<Listing> {
  const store = openEtcdStore({callTimeoutMs: 1500, ...options})
  try {
    return await store.list([prefix])
  } finally {
    store.close()
  }
}

describe('endpoints', () => {
  test.each([
    ['none', []],
    ['a wrong scheme', ['ftp://127.0.0.1:1']],
    ['no host', ['http://']],
    ['http and https', ['http://127.0.0.1:1', 'https://127.0.0.1:1']],
  ])('%s: wrong usage', (_, endpoints) => {
    expect(() => openEtcdStore({endpoints})).toThrow(UsageError)
  })

  test('nobody there: says where it looked and what to do', async () => {
    const looking = list({endpoints: ['127.0.0.1:1', 'http://127.0.0.1:2/']})
    await expect(looking).rejects.toThrow(UnreachableError)
    await expect(looking).rejects.toMatchObject({
      message: expect.stringContaining('http://127.0.0.1:1, http://127.0.0.1:2'),
      hint: expect.stringContaining('--endpoints'),
    })
  })
})

test.each(['http_proxy', 'https_proxy', 'grpc_proxy'])('a proxy for the web is not asked for etcd: %s', async name => {
  const server = await startEtcd()
  vi.stubEnv(name, 'http://127.0.0.1:1')
  try {
    expect((await list({endpoints: [server.endpoint]})).entries).toEqual([])
  } finally {
    vi.unstubAllEnvs()
    await server.remove()
  }
})

describe('users', () => {
  let server: EtcdServer
  beforeAll(async () => {
    server = await startEtcd()
    const etcdctl = async (...args: readonly string[]) =>
      await run('etcdctl', ['--endpoints', server.endpoint, ...args], {env: {...process.env, ETCDCTL_API: '3'}})
    await etcdctl('user', 'add', 'root:secret')
    await etcdctl('user', 'grant-role', 'root', 'root')
    await etcdctl('user', 'add', 'agent:secret')
    await etcdctl('role', 'add', 'agent')
    await etcdctl('role', 'grant-permission', 'agent', 'readwrite', '/meissa/v1/a', '/meissa/v1/b')
    await etcdctl('user', 'grant-role', 'agent', 'agent')
    await etcdctl('auth', 'enable')
  })
  afterAll(async () => await server?.remove())

  const as = (username: string, password = 'secret'): EtcdOptions => ({endpoints: [server.endpoint], auth: {username, password}})

  test('the right one is let in', async () => {
    expect((await list(as('agent'))).entries).toEqual([])
  })

  test.each([
    ['a wrong password', () => list(as('agent', 'guess')), 'does not accept'],
    ['an unknown user', () => list(as('nobody')), 'does not accept'],
    ['no user', () => list({endpoints: [server.endpoint]}), 'asks for a user'],
    ['keys of others', () => list(as('agent'), 'z'), 'denies this user'],
  ])('%s: wrong usage', async (_, call, text) => {
    const outcome = call()
    await expect(outcome).rejects.toThrow(UsageError)
    await expect(outcome).rejects.toThrow(text)
  })

  test('a watch of others’ keys is refused', async () => {
    const store = openEtcdStore(as('agent'))
    try {
      await expect(store.watch(['z'], 0, AbortSignal.timeout(5000))[Symbol.asyncIterator]().next()).rejects.toThrow(UsageError)
    } finally {
      store.close()
    }
  })

  test('a user goes on after a restart that forgot its token', async () => {
    const store = openEtcdStore(as('agent'))
    const ending = new AbortController()
    try {
      const {revision} = await store.list(['a'])
      const session = await store.openSession(6)
      const seen: string[] = []
      const watching = (async () => {
        for await (const {events} of store.watch(['a'], revision, ending.signal))
          for (const event of events) if (event.kind === 'put') seen.push(event.entry.value)
      })()
      await store.commit([], [{kind: 'put', key: 'a', value: '1'}])
      await until('the watch is on', () => seen.length === 1)
      await server.restart()
      await until('writes go on', async () => {
        try {
          return (await store.commit([], [{kind: 'put', key: 'a', value: '2'}])).ok
        } catch {
          return false
        }
      })
      await until('the watch goes on', () => seen.at(-1) === '2')
      const deadline = session.deadline()
      await until('the session goes on', () => session.deadline() > deadline)
      await session.close({revoke: true})
      ending.abort()
      await watching
    } finally {
      store.close()
    }
  })
})

describe('https', () => {
  let directory: string
  let server: EtcdServer
  let ca: Buffer
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-tls-'))
    const certFile = join(directory, 'cert.pem')
    const keyFile = join(directory, 'key.pem')
    const names = ['-subj', '/CN=etcd', '-addext', 'subjectAltName=IP:127.0.0.1']
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...names,
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ])
    ca = await readFile(certFile)
    server = await startEtcd({tls: {certFile, keyFile}})
  })
  afterAll(async () => {
    await server?.remove()
    await rm(directory, {recursive: true, force: true})
  })

  test('with the right authority', async () => {
    expect((await list({endpoints: [server.endpoint], tls: {ca}})).entries).toEqual([])
    expect((await list({endpoints: [`127.0.0.1:${server.port}`], tls: {ca}})).entries).toEqual([])
  })

  test('with an unknown authority: says so', async () => {
    const looking = list({endpoints: [server.endpoint]})
    await expect(looking).rejects.toThrow(UnreachableError)
    await expect(looking).rejects.toMatchObject({hint: expect.stringContaining('--cacert')})
  })

  test('with http: not reachable', async () => {
    await expect(list({endpoints: [`http://127.0.0.1:${server.port}`]})).rejects.toThrow(UnreachableError)
  })

  test('a certificate without its key is wrong usage', () => {
    expect(() => openEtcdStore({endpoints: [server.endpoint], tls: {ca, cert: ca}})).toThrow(UsageError)
  })
})
