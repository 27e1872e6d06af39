import {mkdtemp, rm} from 'node:fs/promises'
import {request as httpRequest, type IncomingHttpHeaders} from 'node:http'
import {request as httpsRequest, type RequestOptions} from 'node:https'
import {connect, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {onTestFinished} from 'vitest'
import {type HttpError, jsonAnswer, type Route, type RouteFamily} from '../../../src/lib/api/http.ts'
import type {Limits} from '../../../src/lib/api/server/limits.ts'
import type {ListenerSettings} from '../../../src/lib/api/server/listener.ts'
import {type ApiServer, openApiServer} from '../../../src/lib/api/server/open-server.ts'
import {type LogLevel, lineLog} from '../../../src/lib/base/log.ts'

export interface TestServer extends ApiServer {
  readonly socketPath: string
  /** What went to the log. */
  readonly log: readonly string[]
}

export interface TestServerOptions {
  readonly routes?: readonly Route[]
  readonly families?: readonly RouteFamily[]
  readonly limits?: Partial<Limits>
  readonly listeners?: readonly ListenerSettings[]
  readonly tokens?: string
  /** From where on the log is kept: everything unless given. */
  readonly logLevel?: LogLevel
}

/** A family that tells of errors as `{"from": prefix, "status", "message", "hint"}`. */
export function familyOf(prefix: string, routes: readonly Route[]): RouteFamily {
  const renderError = ({status, message, hint}: HttpError) => jsonAnswer({from: prefix, status, message, hint}, status)
  return {prefix, routes, renderError}
}

/** A directory that is gone when the test is. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-api-'))
  onTestFinished(() => rm(directory, {recursive: true, force: true}))
  return directory
}

/** A server with routes of the test, on a unix socket unless told; it is closed when the test ends. */
export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const socketPath = join(await temporaryDirectory(), 'api.sock')
  const log: string[] = []
  const server = await openApiServer({
    families: options.families ?? [familyOf('/', options.routes ?? [])],
    listeners: options.listeners ?? [{kind: 'socket', path: socketPath}],
    limits: {retryTime: 100, ...options.limits},
    log: lineLog(line => log.push(line.trimEnd()), options.logLevel ?? 'debug'),
    ...(options.tokens === undefined ? {} : {tokens: options.tokens}),
  })
  onTestFinished(() => server.close())
  return {
    get ports() {
      return server.ports
    },
    close: () => server.close(),
    socketPath,
    log,
  }
}

export interface TestAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Of JSON. */
  readonly json: Record<string, unknown>
}

/** Sends one request and gives its whole answer. */
export function ask(options: RequestOptions & {readonly tls?: boolean}, body?: string | Buffer): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const request = (options.tls === true ? httpsRequest : httpRequest)({agent: false, ...options}, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const json = text.startsWith('{') ? JSON.parse(text) : {}
        resolve({status: response.statusCode ?? 0, headers: response.headers, text, json})
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** A connection on which a test writes what it wants. */
export interface RawConnection {
  readonly socket: Socket
  readonly received: () => string
  /** Resolves when the server has ended the connection, or it broke; throws after ten seconds. */
  readonly ended: Promise<void>
}

export function openRaw(path: string, send: string | Buffer = ''): RawConnection {
  const socket = connect(path)
  const chunks: Buffer[] = []
  const over = new AbortController()
  socket.on('data', chunk => chunks.push(chunk))
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  const ended = Promise.race([
    new Promise<void>(resolve => {
      socket.once('end', resolve)
      socket.once('close', () => resolve())
    }),
    delay(10_000, undefined, {signal: over.signal}).then(() => {
      throw new Error(`the connection was not ended; received: ${Buffer.concat(chunks)}`)
    }),
  ]).finally(() => over.abort())
  ended.catch(() => {})
  if (send.length > 0) socket.write(send)
  return {socket, received: () => Buffer.concat(chunks).toString('latin1'), ended}
}

/** Sends bytes and gives all that comes back until the server ends the connection. */
export async function exchange(path: string, send: string | Buffer): Promise<string> {
  const raw = openRaw(path, send)
  await raw.ended
  raw.socket.destroy()
  return raw.received()
}
