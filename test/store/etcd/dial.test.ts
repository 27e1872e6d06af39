import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {UnreachableError, UsageError} from '../../../src/lib/base/errors.ts'
import {type EtcdOptions, openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'
import {openUnixForwarder, type UnixForwarder} from '../../fakes/unix-forwarder.ts'
import {until} from '../watching.ts'

/*
 * etcd behind a unix socket, as an ssh forward has it: the endpoint's own name is what its certificate is checked against.
 */

const run = promisify(execFile)

interface Way {
  readonly server: EtcdServer
  readonly forwarder: UnixForwarder
  readonly ca: Buffer | undefined
}

/** Nobody is at these addresses: only the socket leads anywhere. */
const dialled = ({forwarder}: Way, endpoint: string, options: Partial<EtcdOptions> = {}): EtcdOptions => ({
  endpoints: [endpoint],
  callTimeoutMs: 2000,
  dial: {via: 'core@bastion', path: () => forwarder.path},
  ...options,
})

async function count(options: EtcdOptions): Promise<number> {
  const store = openEtcdStore(options)
  try {
    return (await store.list(['a'])).entries.length
  } finally {
    store.close()
  }
}

async function addUsers(endpoint: string, extra: readonly string[] = []): Promise<void> {
  const etcdctl = async (...args: readonly string[]) =>
    await run('etcdctl', ['--endpoints', endpoint, ...extra, ...args], {env: {...process.env, ETCDCTL_API: '3'}})
  await etcdctl('user', 'add', 'root:secret')
  await etcdctl('user', 'grant-role', 'root', 'root')
  await etcdctl('auth', 'enable')
}

const root = {auth: {username: 'root', password: 'secret'}}

describe('by http', () => {
  let way: Way
  beforeAll(async () => {
    const server = await startEtcd()
    way = {server, forwarder: await openUnixForwarder(server.port), ca: undefined}
  })
  afterAll(async () => {
    await way?.forwarder.close()
    await way?.server.remove()
  })

  test('reads, writes, watches and keeps a session alive', async () => {
    const store = openEtcdStore(dialled(way, 'http://etcd.example:2379'))
    const ending = new AbortController()
    try {
      const session = await store.openSession(6)
      const {revision} = await store.list(['a'])
      const seen: string[] = []
      const watching = (async () => {
        for await (const {events} of store.watch(['a'], revision, ending.signal))
          for (const event of events) if (event.kind === 'put') seen.push(event.entry.value)
      })()
      await store.commit([], [{kind: 'put', key: 'a', value: '1'}])
      await until('the watch tells', () => seen.length === 1)
      const deadline = session.deadline()
      await until('the session is kept alive', () => session.deadline() > deadline)
      await session.close({revoke: true})
      ending.abort()
      await watching
    } finally {
      ending.abort()
      store.close()
    }
  })

  test('every endpoint has its own socket', async () => {
    const asked: string[] = []
    const endpoints = ['http://10.0.0.1:2379', 'http://10.0.0.2:2379']
    const path = (endpoint: string) => {
      asked.push(endpoint)
      return way.forwarder.path
    }
    await count(dialled(way, '', {endpoints, dial: {via: 'bastion', path}}))
    expect(asked).toEqual(endpoints)
  })

  test('a socket that is not there: not reachable, and the way is told', async () => {
    const dial = {via: 'core@bastion', path: () => '/nonexistent/socket'}
    const counting = count(dialled(way, 'http://10.0.0.1:2379', {dial}))
    await expect(counting).rejects.toThrow(UnreachableError)
    await expect(counting).rejects.toThrow('etcd at http://10.0.0.1:2379 through core@bastion')
  })

  test('a user is let in with the right password only', async () => {
    await addUsers(way.server.endpoint)
    expect(await count(dialled(way, 'http://10.0.0.1:2379', root))).toBe(1)
    const guess = {auth: {username: 'root', password: 'guess'}}
    await expect(count(dialled(way, 'http://10.0.0.1:2379', guess))).rejects.toThrow(UsageError)
    await expect(count(dialled(way, 'http://10.0.0.1:2379'))).rejects.toThrow('asks for a user')
  })
})

describe.each([
  ['a name', 'etcd.example', 'DNS:etcd.example', 'other.example'],
  ['an IPv4 address', '10.99.0.1', 'IP:10.99.0.1', '10.99.0.2'],
  ['an IPv6 address', '[fd00::1]', 'IP:fd00::1', '[fd00::2]'],
])('by https, with a certificate for %s', (_, host, names, other) => {
  let directory: string
  let way: Way
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-dial-'))
    const certFile = join(directory, 'cert.pem')
    const keyFile = join(directory, 'key.pem')
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=etcd', '-addext', `subjectAltName=${names}`, '-keyout', keyFile, '-out', certFile],
    ])
    const server = await startEtcd({tls: {certFile, keyFile}})
    way = {server, forwarder: await openUnixForwarder(server.port), ca: await readFile(certFile)}
  })
  afterAll(async () => {
    await way?.forwarder.close()
    await way?.server.remove()
    await rm(directory, {recursive: true, force: true})
  })

  const tls = () => (way.ca === undefined ? {} : {tls: {ca: way.ca}})

  test('the right name is let through', async () => {
    expect(await count(dialled(way, `https://${host}:2379`, tls()))).toBe(0)
  })

  test.each([
    ['another name', `https://${other}:2379`, () => tls()],
    ['localhost', 'https://localhost:2379', () => tls()],
    ['an unknown authority', `https://${host}:2379`, () => ({})],
  ])('%s is refused', async (_name, endpoint, options) => {
    const counting = count(dialled(way, endpoint, options()))
    await expect(counting).rejects.toThrow(UnreachableError)
    await expect(counting).rejects.toThrow('no secure connection')
  })

  test('a user’s password goes to the right name only', async () => {
    await addUsers(`https://127.0.0.1:${way.server.port}`, ['--insecure-skip-tls-verify', '--insecure-transport=false'])
    expect(await count(dialled(way, `https://${host}:2379`, {...tls(), ...root}))).toBe(0)
    await expect(count(dialled(way, `https://${other}:2379`, {...tls(), ...root}))).rejects.toThrow('no secure connection')
  })
})
