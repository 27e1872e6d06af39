import {createServer as createPlainServer, type Server as PlainServer, type ServerOptions} from 'node:http'
import {createServer as createTlsServer, type Server as TlsServer} from 'node:https'
import type {Socket} from 'node:net'
import {messageOf} from '../../base/errors.ts'
import type {Log} from '../../base/log.ts'
import {type Address, formatAddress} from './addresses.ts'
import type {Door} from './caller.ts'
import type {Desk} from './desk.ts'
import {TlsFiles, type TlsPaths} from './tls-files.ts'
import {clearSocketPath, giveToGroup, withSocketMode} from './unix-socket.ts'

/** Where the API listens, and who may come in there. */
export type ListenerSettings =
  /** A unix socket; the group may use it too. */
  | {readonly kind: 'socket'; readonly path: string; readonly group?: string}
  /** Plain HTTP. */
  | {readonly kind: 'loopback'; readonly address: Address}
  | {readonly kind: 'tls'; readonly address: Address; readonly files: TlsPaths}

type AnyServer = PlainServer | TlsServer

/** One place where the API listens: tried again and again until it can be, and until it is closed. */
export class Listener {
  private readonly settings: ListenerSettings
  private readonly door: Door
  private readonly desk: Desk
  private readonly log: Log
  private server: AnyServer | undefined
  private timer: NodeJS.Timeout | undefined
  private trouble: string | undefined
  private closed = false

  constructor(settings: ListenerSettings, door: Door, desk: Desk, log: Log) {
    this.settings = settings
    this.door = door
    this.desk = desk
    this.log = log
  }

  /** Resolves when it listens, or when the first attempt has failed; that is told in the log. */
  async start(): Promise<void> {
    try {
      const server = await this.listen()
      if (this.closed) return void server.close()
      this.server = server
      this.trouble = undefined
      this.log.info('the API listens', {at: this.place})
    } catch (error) {
      if (this.trouble !== messageOf(error))
        this.log.error(`the API cannot listen at ${this.place}: ${messageOf(error)}`, {
          effect: 'everything else goes on; trying again',
        })
      this.trouble = messageOf(error)
      if (!this.closed) this.timer = setTimeout(() => void this.start(), this.desk.limits.retryTime).unref()
    }
  }

  /** The port that it listens at, should it have been 0. */
  get port(): number | undefined {
    const address = this.server?.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  }

  /** Takes no more connections. */
  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.server?.close()
  }

  private get place(): string {
    return this.settings.kind === 'socket' ? this.settings.path : formatAddress(this.settings.address)
  }

  private async listen(): Promise<AnyServer> {
    const {settings} = this
    if (settings.kind === 'socket') {
      await clearSocketPath(settings.path)
      const server = await this.bind(this.plainServer(), {path: settings.path})
      if (settings.group !== undefined)
        await giveToGroup(settings.path, settings.group).catch(error =>
          this.log.warning(`the API is root's alone: ${messageOf(error)}`),
        )
      return server
    }
    const server = settings.kind === 'tls' ? this.tlsServer(settings.files) : this.plainServer()
    return this.bind(server, settings.address)
  }

  private plainServer(): PlainServer {
    const server = createPlainServer(this.options())
    // Node's own name for it: an answer goes also to one who has closed the way to us.
    Object.assign(server, {httpAllowHalfOpen: true})
    server.on('connection', (socket: Socket) => {
      this.desk.connections.accept(socket)
      this.desk.connections.open(socket)
      socket.once('end', () => this.desk.halfClosed(socket))
    })
    return server
  }

  private tlsServer(paths: TlsPaths): TlsServer {
    const files = new TlsFiles(paths, this.log)
    const asked = paths.clientCa === undefined ? {} : {requestCert: true, rejectUnauthorized: false}
    const handshakeTimeout = this.desk.limits.headerTime
    const server = createTlsServer({...this.options(), ...files.read(), ...asked, handshakeTimeout})
    server.prependListener('connection', (socket: Socket) => {
      const anew = files.changed()
      if (anew !== undefined) server.setSecureContext(anew)
      this.desk.connections.accept(socket)
    })
    server.on('secureConnection', socket => this.desk.connections.open(socket))
    return server
  }

  private options(): ServerOptions {
    const {limits} = this.desk
    return {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headerTime,
      requestTimeout: limits.requestTime,
      keepAliveTimeout: limits.idleTime,
      connectionsCheckingInterval: Math.min(1000, limits.headerTime / 4),
      insecureHTTPParser: false,
      // The desk tells of it in its own words.
      requireHostHeader: false,
    }
  }

  private bind(server: AnyServer, at: {readonly path: string} | Address): Promise<AnyServer> {
    const {desk, door} = this
    server.timeout = desk.limits.stallTime
    server.on('request', (request, response) => void desk.answer(door, request, response))
    server.on('checkContinue', (request, response) => void desk.answer(door, request, response))
    server.on('clientError', (error, socket) => desk.refuse(error, socket as Socket))
    server.on('timeout', socket => desk.quiet(socket))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      const listening = () => {
        server.off('error', reject)
        server.on('error', error => this.log.warning(`the API has trouble at ${this.place}: ${messageOf(error)}`))
        resolve(server)
      }
      if ('path' in at) withSocketMode(() => server.listen(at, listening))
      else server.listen(at, listening)
    })
  }
}
