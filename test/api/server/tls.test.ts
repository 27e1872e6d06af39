import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {connect as connectPlain} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type ConnectionOptions, connect} from 'node:tls'
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {jsonAnswer, type Role, type Route} from '../../../src/lib/api/http.ts'
import {hashSecret, tokenLine} from '../../../src/lib/api/server/tokens.ts'
import {until} from '../../fakes/until.ts'
import {type Certificate, makeCa, makeCertificate} from './certificates.ts'
import {ask, openTestServer, type TestServer, temporaryDirectory} from './test-server.ts'

const roles: readonly Role[] = ['read', 'operate', 'admin']
const routes: readonly Route[] = roles.map(role => ({
  method: 'GET',
  path: `/${role}`,
  role,
  answer: async ({caller, role: has}) => jsonAnswer({caller, role: has}),
}))

let directory: string
let ca: Certificate
let server: Certificate
const clients = new Map<string, Certificate>()

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-certificates-'))
  ca = await makeCa(directory, 'ca')
  server = await makeCertificate(directory, ca, 'server', {subject: '/CN=server'})
  const make = async (name: string, subject: string, from = ca, usage?: 'serverAuth') => {
    clients.set(name, await makeCertificate(directory, from, name, {subject, ...(usage === undefined ? {} : {usage})}))
  }
  await make('nobody', '/CN=jo')
  await make('reader', '/OU=read/CN=eye')
  await make('operator', '/O=us/OU=berlin/OU=operate/CN=jenkins')
  await make('admin', '/OU=read/OU=admin/CN=ops')
  await make('braggart', '/O=admin/OU=Admin/CN=admin')
  await make('stranger', '/OU=admin/CN=ops', await makeCa(directory, 'other-ca'))
  await make('machine', '/OU=admin/CN=ops', ca, 'serverAuth')
})
afterAll(() => rm(directory, {recursive: true, force: true}))

async function open(options: {readonly tokens?: string; readonly clientCa?: boolean; readonly server?: Certificate} = {}) {
  const {certFile: cert, keyFile: key} = options.server ?? server
  const files = {cert, key, ...(options.clientCa === false ? {} : {clientCa: ca.certFile})}
  return openTestServer({
    routes,
    listeners: [{kind: 'tls', address: {host: '127.0.0.1', port: 0}, files}],
    ...(options.tokens === undefined ? {} : {tokens: options.tokens}),
  })
}

function at(opened: TestServer, client?: string): ConnectionOptions & {port: number; host: string; tls: true} {
  const port = opened.ports[0]
  if (port === undefined) throw new Error(`the server does not listen: ${opened.log.join('\n')}`)
  const certificate = client === undefined ? undefined : clients.get(client)
  const shown = certificate === undefined ? {} : {cert: certificate.cert, key: certificate.key}
  return {host: '127.0.0.1', port, ca: ca.cert, tls: true, ...shown}
}

async function makeTokens(): Promise<string> {
  const path = join(await temporaryDirectory(), 'tokens')
  const lines = roles.map(role => tokenLine({name: `the-${role}`, role, hash: hashSecret(`secret-${role}`)}))
  await writeFile(path, `# who may\n\n${lines.join('')}`, {mode: 0o600})
  return path
}

describe('a client certificate', () => {
  test.each([
    ['nobody', 'CN=jo', 'read', [200, 403, 403]],
    ['reader', 'CN=eye', 'read', [200, 403, 403]],
    ['operator', 'CN=jenkins', 'operate', [200, 200, 403]],
    ['admin', 'CN=ops', 'admin', [200, 200, 200]],
    ['braggart', 'CN=admin', 'read', [200, 403, 403]],
  ])('of %s is %s and may %s', async (client, name, role, statuses) => {
    const opened = await open()
    const answers = await Promise.all(roles.map(path => ask({...at(opened, client), path: `/${path}`})))
    expect(answers.map(({status}) => status)).toEqual(statuses)
    expect(answers[0]?.json).toEqual({caller: `certificate ${name}`, role})
  })

  test('that may not do it is told which role does', async () => {
    const opened = await open()
    expect(await ask({...at(opened, 'reader'), path: '/admin'})).toMatchObject({
      status: 403,
      json: {message: 'GET /admin takes the role admin, and certificate CN=eye has read'},
    })
  })

  test.each([
    ['none', undefined, 'a token or a client certificate is needed'],
    ['one of another CA', 'stranger', 'the client certificate is not accepted'],
    ['one for servers', 'machine', 'the client certificate is not accepted'],
  ])('%s: not known', async (_, client, message) => {
    const opened = await open()
    expect(await ask({...at(opened, client), path: '/read'})).toMatchObject({
      status: 401,
      headers: {'www-authenticate': 'Bearer realm="meissa"'},
      json: {message: expect.stringContaining(message)},
    })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is not shown by a session that is taken up again (%s)', async version => {
    const opened = await open()
    const bounds = {minVersion: version, maxVersion: version}
    const sessions: Buffer[] = []
    const first = connect({...at(opened), ...bounds})
    onTestFinished(() => void first.destroy())
    first.on('session', session => sessions.push(session))
    first.write('GET /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    let said = ''
    first.on('data', chunk => (said += chunk))
    await until('it is refused', () => said.includes('401'))
    const again = await ask({
      ...at(opened),
      ...bounds,
      path: '/admin',
      ...(sessions[0] === undefined ? {} : {session: sessions[0]}),
    })
    expect(again.status).toBe(401)
  })

  test('cannot be asked for by a page of another site', async () => {
    const opened = await open()
    const options = {...at(opened, 'admin'), path: '/admin'}
    const own = `https://127.0.0.1:${opened.ports[0]}`
    expect(await ask({...options, headers: {origin: 'https://evil.example'}})).toMatchObject({status: 403})
    expect(await ask({...options, headers: {origin: 'null'}})).toMatchObject({status: 403})
    expect(await ask({...options, headers: {origin: own}})).toMatchObject({status: 200})
  })
})

describe('a token', () => {
  const bearer = (secret: string) => ({headers: {authorization: `Bearer ${secret}`}})

  test.each(roles)('of the role %s is known by its secret', async role => {
    const opened = await open({tokens: await makeTokens(), clientCa: false})
    const answer = await ask({...at(opened), path: `/${role}`, ...bearer(`secret-${role}`)})
    expect(answer).toMatchObject({status: 200, json: {caller: `token the-${role}`, role}})
  })

  test.each([
    ['none', {}, undefined, 'a token or a client certificate is needed'],
    ['a wrong one', bearer('secret-adminn'), undefined, 'this token is not known'],
    ['the hash of one', bearer(hashSecret('secret-admin').toString('hex')), undefined, 'this token is not known'],
    ['a wrong one beside a good certificate', bearer('guess'), 'admin', 'this token is not known'],
    ['a password', {headers: {authorization: 'Basic YTpi'}}, undefined, 'Authorization is not `Bearer TOKEN`'],
    ['an empty one', {headers: {authorization: 'Bearer '}}, undefined, 'Authorization is not `Bearer TOKEN`'],
  ])('%s: not known', async (_, options, client, message) => {
    const opened = await open({tokens: await makeTokens()})
    expect(await ask({...at(opened, client), path: '/read', ...options})).toMatchObject({status: 401, json: {message}})
  })

  test('goes before a certificate', async () => {
    const opened = await open({tokens: await makeTokens()})
    expect((await ask({...at(opened, 'admin'), path: '/admin', ...bearer('secret-read')})).status).toBe(403)
    expect((await ask({...at(opened, 'reader'), path: '/admin', ...bearer('secret-admin')})).status).toBe(200)
  })

  test('is known as soon as it is in the file, and no more when it is taken out', async () => {
    const tokens = await makeTokens()
    const opened = await open({tokens})
    const status = async () => (await ask({...at(opened), path: '/read', ...bearer('fresh')})).status
    const before = await readFile(tokens, 'utf8')
    expect(await status()).toBe(401)
    await writeFile(tokens, before + tokenLine({name: 'fresh', role: 'read', hash: hashSecret('fresh')}))
    expect(await status()).toBe(200)
    await writeFile(tokens, before)
    expect(await status()).toBe(401)
  })

  test.each([
    ['others may read', '', 0o644, 'others may read'],
    ['has a line that is none', 'jenkins:king:abc\n', 0o600, 'tokens:1: no token'],
    ['has a secret in it', 'jenkins:read:hunter2\n', 0o600, 'tokens:1: no token'],
  ])('of a file that %s is not taken, and the log says why', async (_, text, mode, said) => {
    const path = join(await temporaryDirectory(), 'tokens')
    const good = tokenLine({name: 'a', role: 'admin', hash: hashSecret('secret')})
    await writeFile(path, text + good, {mode})
    const opened = await open({tokens: path})
    expect((await ask({...at(opened), path: '/read', ...bearer('secret')})).status).toBe(401)
    const told = opened.log.filter(line => line.includes('takes no tokens'))
    expect(told).toEqual([expect.stringContaining(said)])
    expect(told[0]).not.toContain('hunter2')
  })
})

describe('plain HTTP on loopback', () => {
  const listeners = [{kind: 'loopback', address: {host: '127.0.0.1', port: 0}}] as const
  const to = (opened: TestServer) => ({host: '127.0.0.1', port: opened.ports[0] ?? 0})

  test('lets everybody in without tokens, and nobody without one with them', async () => {
    const opened = await openTestServer({routes, listeners})
    expect(await ask({...to(opened), path: '/admin'})).toMatchObject({json: {caller: 'loopback', role: 'admin'}})
    const guarded = await openTestServer({routes, listeners, tokens: await makeTokens()})
    expect(await ask({...to(guarded), path: '/read'})).toMatchObject({status: 401})
    const headers = {authorization: 'Bearer secret-read', host: 'api.example.org', origin: 'https://web.example.org'}
    expect(await ask({...to(guarded), path: '/read', headers})).toMatchObject({status: 200})
  })

  test.each([
    ['127.0.0.1:8080', undefined, 200],
    ['localhost', undefined, 200],
    ['[::1]:80', undefined, 200],
    ['evil.example', undefined, 403],
    ['127.0.0.1.evil.example:80', undefined, 403],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080', 200],
    ['127.0.0.1:8080', 'http://evil.example', 403],
    ['127.0.0.1:8080', 'http://127.0.0.1:9090', 403],
  ])('as %s for a page of %s: %d', async (host, origin, status) => {
    const opened = await openTestServer({routes, listeners})
    const headers = {host, ...(origin === undefined ? {} : {origin})}
    expect(await ask({...to(opened), path: '/admin', headers})).toMatchObject({status})
  })
})

describe('the certificates of the server', () => {
  test('are read anew when their files change; half of a change changes nothing', async () => {
    const own = await temporaryDirectory()
    const replaced = await makeCertificate(own, ca, 'own', {subject: '/CN=first'})
    const opened = await open({server: replaced})
    const shown = async () => {
      const socket = connect({...at(opened, 'reader')})
      onTestFinished(() => void socket.destroy())
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
      const {subject} = socket.getPeerCertificate()
      socket.destroy()
      return subject.CN
    }
    expect(await shown()).toBe('first')
    const next = await makeCertificate(await temporaryDirectory(), ca, 'own', {subject: '/CN=second'})
    await writeFile(replaced.certFile, next.cert)
    expect(await shown()).toBe('first')
    await writeFile(replaced.keyFile, next.key)
    expect(await shown()).toBe('second')
    await writeFile(replaced.certFile, 'no certificate')
    expect(await shown()).toBe('second')
    expect(opened.log.filter(line => line.includes('keeps its certificates'))).toHaveLength(2)
  })

  test('that are not there yet are waited for', async () => {
    const own = await temporaryDirectory()
    const late = await makeCertificate(own, ca, 'late', {subject: '/CN=late'})
    await rm(late.certFile)
    const opened = await open({server: late})
    expect(opened.ports).toEqual([undefined])
    expect(opened.log.filter(line => line.includes('cannot listen'))).toEqual([expect.stringContaining('late.crt')])
    await writeFile(late.certFile, late.cert)
    await until('it listens', () => opened.ports[0] !== undefined)
    expect(await ask({...at(opened, 'reader'), path: '/read'})).toMatchObject({status: 200})
  })
})

test('plain HTTP, garbage and silence at TLS end the connection', async () => {
  const opened = await open()
  for (const bytes of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x16\x03\x01\x00\x05hello', 'x'.repeat(100_000)]) {
    const socket = connectPlain(opened.ports[0] ?? 0, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {}).write(bytes)
    await new Promise<void>(resolve => socket.resume().once('close', () => resolve()))
  }
  expect(await ask({...at(opened, 'reader'), path: '/read'})).toMatchObject({status: 200})
})

test('a connection is known for all its requests, each token for its own', async () => {
  const opened = await open({tokens: await makeTokens()})
  const {Agent} = await import('node:https')
  const agent = new Agent({keepAlive: true, maxSockets: 1})
  onTestFinished(() => agent.destroy())
  const options = {...at(opened, 'reader'), agent, path: '/admin'}
  expect((await ask(options)).status).toBe(403)
  expect((await ask({...options, headers: {authorization: 'Bearer secret-admin'}})).status).toBe(200)
  expect((await ask(options)).status).toBe(403)
})
