/**
 * `node bare-server.ts SOCKET FILE`: a server of node:http and nothing else. It answers each path with the bytes that the file
 * (JSON) has for it, and sends every stream of `/v1/events` the file's event several times a second. `/metrics` tells the CPU
 * time that it took. It ends when its input does.
 */
import {readFileSync} from 'node:fs'
import {createServer, type ServerResponse} from 'node:http'
import type {BareContents} from './bare.ts'
import {endWithInput} from './end-with-input.ts'

endWithInput()
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
  const body = url === '/metrics' ? cpuTime() : (bodies[url] ?? '')
  response.writeHead(200, {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)})
  response.end(body)
})
server.listen(socketPath, () => process.stdout.write('listening\n'))
setInterval(() => {
  for (const stream of streams) stream.write(event)
}, 1000 / eventsPerSecond)

function cpuTime(): string {
  const {user, system} = process.cpuUsage()
  return `process_cpu_seconds_total ${(user + system) / 1e6}\n`
}
