import {describe, expect, onTestFinished, test} from 'vitest'
import {type Answer, type ApiRequest, jsonAnswer, type Method, type Route} from '../../../src/lib/api/http.ts'
import {until} from '../../fakes/until.ts'
import {ask, exchange, openRaw, openTestServer} from './test-server.ts'

function route(method: Method, path: string, answer: (request: ApiRequest) => Answer | Promise<Answer>): Route {
  return {method, path, role: 'read', answer: async request => answer(request)}
}

const hello = route('GET', '/', () => jsonAnswer({hello: true}))
const upload = route('POST', '/', async request => jsonAnswer({length: (await request.body()).length}))
const waiting = route('GET', '/stream', ({signal}) => ({
  status: 200,
  body: (async function* () {
    yield 'open'
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), {once: true}))
  })(),
}))
const routes = [hello, upload, waiting]
const streamRequest = 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n'

describe('a body', () => {
  const mebibyte = 1024 * 1024

  test('of 1 MiB is taken', async () => {
    const {socketPath} = await openTestServer({routes})
    expect(await ask({socketPath, method: 'POST'}, Buffer.alloc(mebibyte))).toMatchObject({status: 200, json: {length: mebibyte}})
  })

  test.each([
    ['says so', {'content-length': mebibyte + 1}],
    ['comes in chunks', {'transfer-encoding': 'chunked'}],
    ['waits to be asked for', {'content-length': mebibyte + 1, expect: '100-continue'}],
  ])('that is longer and %s is refused', async (_, headers) => {
    const {socketPath} = await openTestServer({routes})
    expect(await ask({socketPath, method: 'POST', headers}, Buffer.alloc(mebibyte + 1))).toMatchObject({
      status: 413,
      json: {message: 'the body is more than 1048576 bytes'},
    })
  })

  test('that nobody reads and that does not end is cut', async () => {
    const {socketPath} = await openTestServer({routes: [hello]})
    const raw = openRaw(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n')
    const block = Buffer.alloc(64 * 1024)
    let sent = 0
    const push = () => {
      while (!raw.socket.destroyed && raw.socket.writable) {
        sent += block.length
        if (!raw.socket.write(block)) return
      }
    }
    raw.socket.on('drain', push)
    push()
    await raw.ended
    expect(raw.received()).toContain('200 OK')
    expect(sent).toBeLessThan(100_000_000)
  })
})

describe('what is no request', () => {
  test.each([
    ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['very many headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(4000)}\r\n`, 431],
    ['a request line that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['no HTTP at all', 'hello, is anybody there?\r\n\r\n', 400],
    ['zeros', Buffer.alloc(64), 400],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['HTTP/9', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n', 400],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde', 400],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcde', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef', 400],
    ['a list of lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nabcde', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['an unknown encoding', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n', 400],
    ['a disguised encoding', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', 400],
    ['a blank before a colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['a header on two lines', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nConnection: close\r\n\r\n', 400],
    ['a carriage return alone', 'GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n', 400],
    ['a line feed alone', 'GET / HTTP/1.1\nHost: x\n\n', 400],
    ['a zero in a header', 'GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n', 400],
    ['a chunk that is none', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n', 400],
    ['a chunk of the wrong length', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n', 400],
    [
      'a chunk with a long story',
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n`,
      413,
    ],
  ])('%s is told so, as JSON', async (_, bytes, status) => {
    const {socketPath} = await openTestServer({routes})
    const answer = await exchange(socketPath, bytes)
    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer).toContain('content-type: application/json')
    expect(JSON.parse(answer.split('\r\n\r\n').at(-1) ?? '')).toMatchObject({status})
  })

  test('an expectation that is unknown is told so', async () => {
    const {socketPath} = await openTestServer({routes})
    expect(await ask({socketPath, headers: {expect: 'the unexpected'}})).toMatchObject({status: 417})
  })
})

describe('who is slow', () => {
  const limits = {headerTime: 200, requestTime: 400, idleTime: 200, stallTime: 300}

  test.each([
    ['says nothing', ''],
    ['does not end the headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    ['does not end the body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc'],
    ['does not end the chunks', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'],
  ])('and %s is told so', async (_, bytes) => {
    const {socketPath} = await openTestServer({routes, limits})
    const answer = await exchange(socketPath, bytes)
    expect(answer).toContain('HTTP/1.1 408 ')
    expect(answer).toContain('"status":408')
  })

  test('and sends a letter now and then is told so', async () => {
    const {socketPath} = await openTestServer({routes, limits})
    const raw = openRaw(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n')
    const drip = setInterval(() => raw.socket.write('X'), 50)
    onTestFinished(() => clearInterval(drip))
    await raw.ended
    expect(raw.received()).toContain('HTTP/1.1 408 ')
  })

  test('between two requests is let go', async () => {
    const {socketPath} = await openTestServer({routes, limits})
    expect(await exchange(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('200 OK')
  })

  test('and waits for a stream that says nothing may wait', async () => {
    const {socketPath} = await openTestServer({routes, limits})
    const raw = openRaw(socketPath, streamRequest)
    await until('the stream is open', () => raw.received().includes('open'))
    await expect(Promise.race([raw.ended.then(() => 'ended'), ask({socketPath}).then(wait(1000))])).resolves.toBe('waits')
  })

  test.each([
    ['a stream', () => forever()],
    ['a long answer', () => 'x'.repeat(32 * 1024 * 1024)],
  ])('and takes nothing of %s is let go', async (_, body) => {
    const long = route('GET', '/', () => ({status: 200, body: body()}))
    const {socketPath} = await openTestServer({routes: [long], limits})
    let ended = false
    const raw = openRaw(socketPath)
    raw.socket.pause()
    raw.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    // Only what is written shows on a socket that is not read that the other side is gone.
    raw.socket.on('close', () => {
      ended = true
    })
    const probe = setInterval(() => raw.socket.write('\r\n'), 50)
    onTestFinished(() => clearInterval(probe))
    await until('the connection is ended', () => ended, 5000)
  })
})

describe('too many', () => {
  test('connections are told so, and more are dropped; one that goes makes room', async () => {
    const {socketPath, log} = await openTestServer({routes, limits: {connections: 8}})
    const streams = Array.from({length: 8}, () => openRaw(socketPath, streamRequest))
    await until('all are open', () => streams.every(each => each.received().includes('open')))
    const refused = await exchange(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(refused).toContain('HTTP/1.1 503 ')
    expect(refused.toLowerCase()).toContain('retry-after: 5\r\n')
    expect(refused).toContain('there are too many connections')
    const waiting = openRaw(socketPath)
    await until('it counts', async () => (await exchange(socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')) === '')
    waiting.socket.destroy()
    for (const each of streams) each.socket.destroy()
    await until('there is room', async () => {
      const answer = await ask({socketPath}).catch(() => undefined)
      return answer?.status === 200
    })
    expect(log.filter(line => line.includes('too many connections'))).toHaveLength(1)
  })

  test('streams are told so; one that ends makes room', async () => {
    const {socketPath} = await openTestServer({routes, limits: {streams: 2}})
    const streams = [openRaw(socketPath, streamRequest), openRaw(socketPath, streamRequest)]
    await until('both are open', () => streams.every(each => each.received().includes('open')))
    expect(await ask({socketPath, path: '/stream'})).toMatchObject({status: 503, json: {message: '2 streams are open already'}})
    expect(await ask({socketPath})).toMatchObject({status: 200})
    streams[0]?.socket.destroy()
    await until('there is room', async () => {
      const raw = openRaw(socketPath, streamRequest)
      await until('it is answered', () => raw.received() !== '')
      raw.socket.destroy()
      return raw.received().includes('200 OK')
    })
  })
})

describe('a close', () => {
  test('ends streams, idle connections and those that never asked at once', async () => {
    const server = await openTestServer({routes})
    const stream = openRaw(server.socketPath, streamRequest)
    const idle = openRaw(server.socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const mute = openRaw(server.socketPath)
    await until('they are there', () => stream.received().includes('open') && idle.received().includes('hello'))
    const begun = performance.now()
    await server.close()
    expect(performance.now() - begun).toBeLessThan(1000)
    await Promise.all([stream.ended, idle.ended, mute.ended])
    expect(stream.received()).toMatch(/0\r\n\r\n$/)
    await expect(ask({socketPath: server.socketPath})).rejects.toThrow('ENOENT')
  })

  test('waits for answers under way', async () => {
    const entered = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const slow = route('GET', '/', async () => {
      entered.resolve()
      await finish.promise
      return jsonAnswer({late: true})
    })
    const server = await openTestServer({routes: [slow]})
    const asked = ask({socketPath: server.socketPath})
    await entered.promise
    const closed = server.close()
    finish.resolve()
    expect(await asked).toMatchObject({status: 200, headers: {connection: 'close'}, json: {late: true}})
    await closed
  })

  test('does not wait for ever', async () => {
    const stuck = route('GET', '/', () => new Promise<Answer>(() => {}))
    const server = await openTestServer({routes: [stuck], limits: {closeTime: 300}})
    const raw = openRaw(server.socketPath, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await until('it is connected', () => !raw.socket.connecting)
    const begun = performance.now()
    await server.close()
    expect(performance.now() - begun).toBeLessThan(1500)
    await raw.ended
  })
})

async function* forever(): AsyncGenerator<string> {
  for (;;) yield 'x'.repeat(64 * 1024)
}

function wait(milliseconds: number): () => Promise<string> {
  return () => new Promise(resolve => setTimeout(() => resolve('waits'), milliseconds))
}
