import {connect, type Socket} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {jsonAnswer, type Route} from '../../../src/lib/api/http.ts'
import {until} from '../../fakes/until.ts'
import {exchange, openTestServer} from './test-server.ts'

/** A server with an answer at once, one after a while, one that never comes, and a stream that says nothing by itself. */
async function open(halfOpenTime = 10_000) {
  const seen = {waiting: 0, streams: 0}
  const routes: readonly Route[] = [
    route('/now', async () => jsonAnswer({is: 'here'})),
    route('/late', async () => {
      await new Promise(resolve => setTimeout(resolve, 150))
      return jsonAnswer({is: 'late'})
    }),
    route('/never', async ({signal}) => {
      seen.waiting++
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      seen.waiting--
      return jsonAnswer({is: 'nothing'})
    }),
    route('/stream', async ({signal}) => {
      seen.streams++
      const silence = async function* () {
        yield 'first\n'
        await new Promise(resolve => signal.addEventListener('abort', resolve))
        seen.streams--
      }
      return {status: 200, body: silence(), heartbeat: 'beat\n'}
    }),
  ]
  return {...(await openTestServer({routes, limits: {halfOpenTime}})), seen}
}

function route(path: string, answer: Route['answer']): Route {
  return {method: 'GET', path, role: 'read', answer}
}

/** Sends a request and no more; what comes back is read on. */
function sendAndEnd(path: string, request: string): {readonly socket: Socket; readonly received: () => string} {
  const chunks: Buffer[] = []
  const socket = connect({path, allowHalfOpen: true})
  onTestFinished(() => void socket.destroy())
  socket.on('data', chunk => chunks.push(chunk)).on('error', () => {})
  socket.end(request)
  return {socket, received: () => Buffer.concat(chunks).toString()}
}

test.each([
  ['HTTP/1.0', 'GET /now HTTP/1.0\r\nHost: x\r\n\r\n', 'here'],
  ['HTTP/1.1', 'GET /now HTTP/1.1\r\nHost: x\r\n\r\n', 'here'],
  ['an answer that comes late', 'GET /late HTTP/1.1\r\nHost: x\r\n\r\n', 'late'],
])('who has closed the way to the server is answered: %s', async (_, request, is) => {
  const {socketPath} = await open()
  const {socket, received} = sendAndEnd(socketPath, request)
  await until('the connection has ended', () => socket.readableEnded)
  expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(received().endsWith(`{"is":"${is}"}`)).toBe(true)
})

test('every request before the end is answered', async () => {
  const {socketPath} = await open()
  const {socket, received} = sendAndEnd(socketPath, 'GET /late HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
  await until('the connection has ended', () => socket.readableEnded)
  expect(received().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
})

test('half a request is told to be none', async () => {
  const {socketPath} = await open()
  const {socket, received} = sendAndEnd(socketPath, 'GET /now HTTP/1.1\r\nHo')
  await until('the connection has ended', () => socket.readableEnded)
  expect(received()).toMatch(/^HTTP\/1\.1 400 /)
})

test('a stream goes on to who has closed the way to the server', async () => {
  const {socketPath, seen} = await open()
  const {socket, received} = sendAndEnd(socketPath, 'GET /stream HTTP/1.0\r\nHost: x\r\n\r\n')
  await until('both heartbeats have come', () => received().endsWith('\r\n\r\nfirst\nbeat\nbeat\n'))
  expect(socket.readableEnded).toBe(false)
  expect(seen.streams).toBe(1)
})

test('a stream to one who is gone is ended, although it has nothing to say', async () => {
  const {socketPath, seen} = await open()
  const sockets = Array.from({length: 20}, () => {
    const {socket, received} = sendAndEnd(socketPath, 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    return {socket, received}
  })
  await until('all have begun', () => sockets.every(({received}) => received().includes('first')))
  expect(seen.streams).toBe(20)
  for (const {socket} of sockets) socket.destroy()
  await until('all are given up', () => seen.streams === 0)
})

test('an answer that does not begin is waited for only so long', async () => {
  const {socketPath, seen} = await open(200)
  const {socket} = sendAndEnd(socketPath, 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n')
  await until('it waits', () => seen.waiting === 1)
  await until('it is given up', () => seen.waiting === 0)
  await until('the connection is closed', () => socket.destroyed || socket.readableEnded)
})

test('a connection that is closed without a request under way ends at once', async () => {
  const {socketPath} = await open()
  expect(await exchange(socketPath, 'GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain('here')
  const {socket, received} = sendAndEnd(socketPath, '')
  await until('the connection has ended', () => socket.readableEnded)
  expect(received()).toBe('')
})
