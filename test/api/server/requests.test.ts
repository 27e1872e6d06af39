import {describe, expect, test} from 'vitest'
import {
  type Answer,
  type ApiRequest,
  HttpError,
  jsonAnswer,
  type Method,
  type Role,
  type Route,
} from '../../../src/lib/api/http.ts'
import {
  ConflictError,
  CtlError,
  exitCodes,
  NotFoundError,
  TimeoutError,
  UnreachableError,
  UsageError,
} from '../../../src/lib/base/errors.ts'
import {until} from '../../fakes/until.ts'
import {ask, exchange, familyOf, openRaw, openTestServer} from './test-server.ts'

function route(
  method: Method,
  path: string,
  answer: (request: ApiRequest) => Answer | Promise<Answer>,
  role: Role = 'read',
): Route {
  return {method, path, role, answer: async request => answer(request)}
}

const echo = route('POST', '/echo/:what', async request =>
  jsonAnswer({
    path: request.path,
    what: request.parameters.what,
    q: request.query.getAll('q'),
    body: (await request.body()).toString(),
    caller: request.caller,
    role: request.role,
  }),
)
const hello = route('GET', '/hello', () => ({status: 200, headers: {'content-type': 'text/plain'}, body: 'hällo'}))

describe('a request', () => {
  test('comes to its route with all that it said', async () => {
    const {socketPath} = await openTestServer({routes: [echo]})
    const path = '/echo/a%20b?q=1&q=%C3%A4'
    expect(await ask({socketPath, method: 'POST', path}, 'the body')).toMatchObject({
      status: 200,
      json: {path: '/echo/a%20b', what: 'a b', q: ['1', 'ä'], body: 'the body', caller: 'socket', role: 'admin'},
    })
  })

  test('whose body is asked for with Expect: 100-continue is asked for it', async () => {
    const {socketPath} = await openTestServer({routes: [echo]})
    const options = {socketPath, method: 'POST', path: '/echo/x', headers: {expect: '100-continue', 'content-length': 4}}
    expect(await ask(options, 'body')).toMatchObject({json: {body: 'body'}})
  })

  test('may name its host in the target', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    const answer = await exchange(socketPath, 'GET http://any.where/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toContain('HTTP/1.1 200')
  })

  test('may be of HTTP/1.0, without a Host', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    expect(await exchange(socketPath, 'GET /hello HTTP/1.0\r\n\r\n')).toContain('HTTP/1.1 200')
  })

  test('may follow others before they are answered', async () => {
    const {socketPath} = await openTestServer({routes: [hello, echo]})
    const get = 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n'
    const post = 'POST /echo/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc'
    const answer = await exchange(socketPath, get + get + post)
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
    expect(answer).toContain('"body":"abc"')
  })

  test('of HEAD is answered as GET, without the body', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    const answer = await exchange(socketPath, 'HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(answer.toLowerCase()).toContain('content-length: 6\r\n')
    expect(answer).toMatch(/\r\n\r\n$/)
  })
})

describe('what cannot be answered', () => {
  const families = [
    familyOf('/', [hello]),
    familyOf('/v1', [
      {...hello, path: '/v1/units/:name'},
      {...echo, path: '/v1/units/:what'},
    ]),
  ]

  test.each([
    ['no such path', 'GET', '/nowhere', 404, '/', {}],
    ['no such path of a family', 'GET', '/v1/nowhere', 404, '/v1', {}],
    ['another method', 'DELETE', '/v1/units/x', 405, '/v1', {allow: 'GET, HEAD, POST'}],
    ['OPTIONS', 'OPTIONS', '/hello', 405, '/', {allow: 'GET, HEAD'}],
    ['OPTIONS of everything', 'OPTIONS', '*', 400, '/', {}],
    ['an escape that is none', 'GET', '/v1/units/%zz', 400, '/v1', {}],
    ['a long path', 'GET', `/${'x'.repeat(9000)}`, 414, '/', {}],
  ])('%s: %s', async (_, method, path, status, from, headers) => {
    const {socketPath} = await openTestServer({families})
    expect(await ask({socketPath, method, path})).toMatchObject({status, headers, json: {from, status}})
  })

  test('CONNECT ends the connection', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    expect(await exchange(socketPath, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain('200')
  })

  test('a request to change the protocol is answered as any other', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    const upgrade = 'GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n'
    expect(await exchange(socketPath, upgrade)).toContain('HTTP/1.1 200')
  })
})

describe('what a route throws', () => {
  test.each<[name: string, thrown: unknown, status: number, message: string, headers: object]>([
    ['a refusal', new HttpError(418, 'tea', {headers: {'x-tea': '1'}}), 418, 'tea', {'x-tea': '1'}],
    ['wrong usage', new UsageError('no'), 400, 'no', {}],
    ['not found', new NotFoundError('none'), 404, 'none', {}],
    ['a conflict', new ConflictError('other'), 409, 'other', {}],
    ['etcd away', new UnreachableError('away'), 503, 'away', {'retry-after': '1'}],
    ['a timeout', new TimeoutError('late'), 504, 'late', {}],
    ['no place', new CtlError(exitCodes.unplaceable, 'nowhere'), 409, 'nowhere', {}],
  ])('%s is told', async (_, thrown, status, message, headers) => {
    const failing = route('GET', '/', () => {
      throw thrown
    })
    const {socketPath, log} = await openTestServer({routes: [failing]})
    expect(await ask({socketPath})).toMatchObject({status, headers, json: {message}})
    expect(log.filter(line => line.includes(' error '))).toEqual([])
  })

  test.each([
    ['a bug', new Error('the secret of the house')],
    ['something that is no error', 'the secret of the house'],
  ])('%s is told by a number only, and by the log with all', async (_, thrown) => {
    const failing = route('GET', '/', () => {
      throw thrown
    })
    const {socketPath, log} = await openTestServer({routes: [failing]})
    const {status, text, json} = await ask({socketPath})
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
    const id = /[0-9a-f]{8}/.exec(String(json.message))?.[0]
    expect(log.filter(line => line.includes(`id=${id}`) && line.includes('secret'))).toHaveLength(1)
  })
})

describe('a stream', () => {
  test('is sent piece by piece, and ends', async () => {
    const body = async function* () {
      yield 'one '
      yield 'two'
    }
    const {socketPath} = await openTestServer({routes: [route('GET', '/', () => ({status: 200, body: body()}))]})
    expect(await ask({socketPath})).toMatchObject({status: 200, text: 'one two'})
  })

  test('is not begun for HEAD', async () => {
    let begun = false
    const body = async function* () {
      begun = true
      yield ''
    }
    const {socketPath} = await openTestServer({routes: [route('GET', '/', () => ({status: 200, body: body()}))]})
    expect(await ask({socketPath, method: 'HEAD'})).toMatchObject({status: 200, text: ''})
    expect(begun).toBe(false)
  })

  test('shows its headers before its first piece', async () => {
    const {route: waiting} = waitingStream()
    const {socketPath} = await openTestServer({routes: [waiting]})
    const raw = openRaw(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await until('the headers are there', () => raw.received().includes('200 OK'))
  })

  test('ends when its caller goes', async () => {
    const {route: waiting, count} = waitingStream()
    const {socketPath} = await openTestServer({routes: [waiting]})
    const raw = openRaw(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await until('the stream is open', () => count() === 1)
    raw.socket.destroy()
    await until('the stream has ended', () => count() === 0)
  })

  test('that fails is cut, so that nobody takes it for whole', async () => {
    const body = async function* () {
      yield 'one'
      throw new Error('the secret of the house')
    }
    const {socketPath, log} = await openTestServer({routes: [route('GET', '/', () => ({status: 200, body: body()}))]})
    await expect(ask({socketPath})).rejects.toThrow(/aborted|hang up|reset/)
    await until('the log has it', () => log.some(line => line.includes('secret')))
  })

  test('is asked for no more than its reader takes', async () => {
    let pieces = 0
    const body = async function* () {
      for (;;) {
        pieces++
        yield 'x'.repeat(64 * 1024)
      }
    }
    const {socketPath} = await openTestServer({
      routes: [route('GET', '/', () => ({status: 200, body: body()}))],
      limits: {stallTime: 300},
    })
    const raw = openRaw(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    raw.socket.pause()
    let before = -1
    await until('the reader is waited for', async () => {
      const still = pieces === before && pieces > 0
      before = pieces
      return still
    })
    expect(pieces).toBeLessThan(100)
    raw.socket.resume()
    await until('it goes on', () => pieces > before + 10 || raw.socket.destroyed)
    raw.socket.destroy()
  })
})

test('changes are told in the log, with who made them; looks are not', async () => {
  const {socketPath, log} = await openTestServer({routes: [echo, hello]})
  await ask({socketPath, method: 'POST', path: '/echo/x'})
  await ask({socketPath, path: '/hello'})
  expect(log.filter(line => line.includes('info API '))).toEqual([
    expect.stringMatching(/method=POST path=\/echo\/x status=200 caller=socket$/),
  ])
})

/** A route whose stream says nothing until its request's signal aborts, and how many such streams are open. */
function waitingStream(): {readonly route: Route; readonly count: () => number} {
  let open = 0
  const body = async function* (signal: AbortSignal) {
    open++
    try {
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), {once: true}))
      yield ''
    } finally {
      open--
    }
  }
  return {route: route('GET', '/', ({signal}) => ({status: 200, body: body(signal)})), count: () => open}
}
