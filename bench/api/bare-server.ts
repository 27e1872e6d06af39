/**
 * `node bare-server.ts SOCKET FILE`: a server of node:http and nothing else. It answers each path with the bytes that the file
 * (JSON) has for it, and sends every stream of `/v1/events` the file's event a dozen times a second.
 */
import {readFileSync} from 'node:fs'
import {createServer, type ServerResponse} from 'node:http'
import type {BareContents} from './bare.ts'

const [socketPath = '', file = ''] = process.argv.slice(2)
const {bodies, event, eventsPerSecond}: BareContents = JSON.parse(readFileSync(file, 'utf8'))
const streams = new Set<ServerResponse>()
const server = createServer((request, response) => {
  const {url = ''} = request
  if (url === '/v1/events') {
    response.writeHead(200, {'content-type': 'text/event-stream'})
    response.write(event)
    streams.add(response)
    response.on('close', () => streams.delete(response))
    return
  }
  const body = bodies[url] ?? ''
  response.writeHead(200, {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)})
  response.end(body)
})
server.listen(socketPath, () => process.stdout.write('listening\n'))
setInterval(() => {
  for (const stream of streams) stream.write(event)
}, 1000 / eventsPerSecond)
