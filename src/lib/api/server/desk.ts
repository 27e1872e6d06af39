import {randomBytes} from 'node:crypto'
import {type IncomingMessage, type ServerResponse, STATUS_CODES} from 'node:http'
import type {Socket} from 'node:net'
import {TLSSocket} from 'node:tls'
import type {Log} from '../../base/log.ts'
import {sourceTrace} from '../../start/source-trace.ts'
import {type Answer, HttpError, type RouteFamily} from '../http.ts'
import type {Answered} from '../request-metrics.ts'
import {refuseOtherNames, refuseOtherSites} from './browser-guard.ts'
import {type Caller, callerOf, type Door, mayDo} from './caller.ts'
import {Connections, type Peer} from './connections.ts'
import {tendHalfOpen} from './half-open.ts'
import {refusalOf, unreadableRequest} from './http-errors.ts'
import type {Limits} from './limits.ts'
import {parseTarget} from './request-target.ts'
import {BadEscape, type Destination, type Endpoint, type RouteTable} from './route-table.ts'
import {giveUp, isStream, rawAnswer, sendAnswer} from './send-answer.ts'
import {callerGone, ServedRequest, serverClosing} from './served-request.ts'

export interface DeskOptions {
  readonly table: RouteTable
  readonly limits: Limits
  readonly log: Log
  /** Told of every request that has its answer. */
  readonly answered?: (answered: Answered) => void
}

/** A request on its way through the desk. */
interface Visit {
  readonly door: Door
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly peer: Peer
  /** Who tells of errors, as far as the path was read. */
  family: RouteFamily
  served: ServedRequest | undefined
  /** The path of its route, once it is found. */
  route: string | undefined
  /** Of the stream that is its answer. */
  heartbeat: string | undefined
}

/** Answers the requests of all listeners: who asks, what for, whether they may; and counts what is under way. */
export class Desk {
  readonly limits: Limits
  readonly connections: Connections
  private readonly table: RouteTable
  private readonly log: Log
  private readonly answered: DeskOptions['answered']
  private readonly visits = new Set<Visit>()
  private streams = 0
  private closing = false

  constructor({table, limits, log, answered}: DeskOptions) {
    this.table = table
    this.limits = limits
    this.log = log
    this.answered = answered
    this.connections = new Connections(limits.connections, log)
  }

  /** Answers one request; never throws. */
  async answer(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const peer = this.connections.peerOf(request.socket)
    if (peer === undefined) return void response.destroy()
    const visit: Visit = {
      door,
      request,
      response,
      peer,
      family: this.table.root,
      served: undefined,
      route: undefined,
      heartbeat: undefined,
    }
    this.visits.add(visit)
    peer.answering.add(response)
    response.on('close', () => this.leave(visit))
    const begun = performance.now()
    let answer: Answer
    try {
      answer = await this.find(visit)
    } catch (thrown) {
      answer = this.tell(visit, thrown)
    }
    const {method = ''} = request
    this.answered?.({method, route: visit.route, status: answer.status, milliseconds: performance.now() - begun})
    await this.send(visit, answer)
  }

  /** Tells a connection why what came over it is no request, and ends it. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const peer = this.connections.peerOf(socket)
    if (peer?.refused) return
    const refusal = unreadableRequest(error.code)
    const under = peer === undefined ? [] : [...peer.answering]
    if (peer === undefined || refusal === undefined || !socket.writable || under.some(each => each.headersSent))
      return void socket.destroy()
    peer.refused = true
    socket.end(rawAnswer(this.render(this.table.root, refusal), STATUS_CODES[refusal.status] ?? ''))
    // What is still on its way is read, so that the answer is not lost with a reset.
    setTimeout(() => socket.destroy(), lingerMilliseconds).unref()
  }

  /** A connection over which nothing went for a while: whoever waits for a stream's next piece may stay. */
  quiet(socket: Socket): void {
    const answering = this.connections.peerOf(socket)?.answering.size ?? 0
    if (answering === 0 || socket.writableLength > 0) socket.destroy()
  }

  /** A connection whose sender says no more: who may still read gets the answers that are under way. */
  halfClosed(socket: Socket): void {
    const peer = this.connections.peerOf(socket)
    if (peer === undefined || peer.answering.size === 0) return
    const underWay = () => [...this.visits].filter(visit => visit.peer === peer)
    tendHalfOpen(socket, underWay, this.limits.halfOpenTime)
  }

  /** Ends what is under way: streams at once, other answers when they are sent. */
  async close(): Promise<void> {
    this.closing = true
    for (const {served} of this.visits) served?.end(serverClosing)
    await this.connections.close(this.limits.closeTime)
  }

  private async find(visit: Visit): Promise<Answer> {
    const {door, request, peer} = visit
    if (peer.excess) throw busy('there are too many connections')
    const url = request.url ?? ''
    if (url.length > this.limits.targetBytes) throw new HttpError(414, `the path is more than ${this.limits.targetBytes} bytes`)
    const target = parseTarget(url)
    if (target === undefined) throw new HttpError(400, 'the request is for no path')
    const destination = this.table.find(target.path)
    visit.family = destination.family
    const hosts = countHosts(request)
    if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0')) throw new HttpError(400, `the request has ${hosts} Hosts`)
    const caller = this.callerOf(visit)
    if (door.kind === 'loopback' && caller.ambient) refuseOtherNames(request.headers)
    if (caller.ambient) refuseOtherSites(request.headers)
    const endpoint = endpointFor(destination, request.method ?? '', target.path)
    visit.route = endpoint.route.path
    if (!mayDo(caller.role, endpoint.route.role)) throw forbidden(caller, endpoint)
    const {values} = destination
    visit.served = new ServedRequest(request, visit.response, {...target, endpoint, values, caller}, this.limits)
    if (this.closing) throw serverClosing
    return await endpoint.route.answer(visit.served)
  }

  private callerOf({door, request, peer}: Visit): Caller {
    if (peer.certified !== undefined && request.headers.authorization === undefined) return peer.certified
    const caller = callerOf(door, request)
    if (caller.ambient && request.socket instanceof TLSSocket) peer.certified = caller
    return caller
  }

  private async send(visit: Visit, answer: Answer): Promise<void> {
    const {request, response, served, peer} = visit
    if (response.destroyed || peer.refused) return this.abandon(answer)
    if (isStream(answer)) {
      if (this.streams >= this.limits.streams) {
        served?.end(callerGone)
        void this.abandon(answer)
        return this.send(visit, this.render(visit.family, busy(`${this.streams} streams are open already`)))
      }
      this.streams++
      visit.heartbeat = answer.heartbeat ?? ''
      response.on('close', () => this.streams--)
    }
    if (this.closing || peer.excess || isUnread(request, served)) response.setHeader('connection', 'close')
    if (!request.complete) skim(request)
    try {
      await sendAnswer(response, answer, {bodiless: request.method === 'HEAD', stallTime: this.limits.stallTime})
      if (served !== undefined && !isReading(request.method))
        this.log.info('API', {method: request.method, path: served.path, status: answer.status, caller: served.caller})
    } catch (thrown) {
      if (!response.destroyed && served?.hasEnded !== true) this.tell(visit, thrown)
      response.destroy()
    }
  }

  private leave(visit: Visit): void {
    const {request, response, peer, served} = visit
    this.visits.delete(visit)
    peer.answering.delete(response)
    if (!response.writableFinished) served?.end(callerGone)
    if (this.closing) request.socket.destroySoon()
  }

  /** What the caller is told of something thrown; what is a bug goes to the log, and only its number to the caller. */
  private tell({family, request, served}: Visit, thrown: unknown): Answer {
    if (served?.hasEnded === true) return this.render(family, busy('the server closes'))
    const refusal = refusalOf(thrown)
    if (refusal !== undefined) return this.render(thrown instanceof BadEscape ? thrown.family : family, refusal)
    const id = randomBytes(4).toString('hex')
    const error = thrown instanceof Error ? sourceTrace(thrown.stack ?? thrown.message) : String(thrown)
    this.log.error('the API failed', {id, method: request.method, path: served?.path, error})
    return this.render(
      family,
      new HttpError(500, `something is wrong here: ${id}`, {hint: "the agent's log says what, by this id"}),
    )
  }

  private render(family: RouteFamily, error: HttpError): Answer {
    const answer = family.renderError(error)
    return {...answer, headers: {...error.headers, ...answer.headers}}
  }

  private async abandon(answer: Answer): Promise<void> {
    await giveUp(answer.body).catch(error => this.log.debug('a stream did not end', {error: String(error)}))
  }
}

const lingerMilliseconds = 1000
/** Most bytes of a body that nobody wants which are read for the sake of the connection. */
const skimmed = 8 * 1024 * 1024

function endpointFor({endpoints}: Destination, method: string, path: string): Endpoint {
  if (endpoints === undefined) throw new HttpError(404, `there is nothing at ${path}`)
  const endpoint = endpoints.get(method)
  if (endpoint !== undefined) return endpoint
  const allow = [...endpoints.keys()].join(', ')
  throw new HttpError(405, `${method} is not for ${path}`, {hint: `${allow} is`, headers: {allow}})
}

function forbidden(caller: Caller, {route}: Endpoint): HttpError {
  return new HttpError(403, `${route.method} ${route.path} takes the role ${route.role}, and ${caller.name} has ${caller.role}`)
}

function busy(message: string): HttpError {
  return new HttpError(503, message, {hint: 'try again later', headers: {'retry-after': '5'}})
}

/** RFC 9112 section 3.2 wants one. */
function countHosts({rawHeaders}: IncomingMessage): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++
  return hosts
}

/** Whether the caller still waits to be asked for the body. */
function isUnread({headers, complete}: IncomingMessage, served: ServedRequest | undefined): boolean {
  return headers.expect !== undefined && !complete && served?.hasRead !== true
}

function isReading(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Reads on what nobody wants, so that the answer before it arrives. */
function skim(request: IncomingMessage): void {
  let left = skimmed
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.socket.destroy()
  })
}
