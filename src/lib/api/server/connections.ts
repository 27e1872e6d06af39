import type {ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import type {Log} from '../../base/log.ts'
import type {Caller} from './caller.ts'

/** What is known of one connection over which requests come. */
export interface Peer {
  /** There are too many: its first request is told so. */
  readonly excess: boolean
  /** Requests that are not answered to the end. */
  readonly answering: Set<ServerResponse>
  /** It was told that what it sends is no request: nothing it sends counts any more. */
  refused: boolean
  /** Whom its certificate names, once that was asked. */
  certified: Caller | undefined
}

/** The connections of all listeners, counted. */
export class Connections {
  private readonly most: number
  private readonly log: Log
  /** As they were accepted: also those that speak no TLS yet. */
  private readonly accepted = new Set<Socket>()
  private readonly peers = new Map<Socket, Peer>()
  private told = false
  private whenEmpty: (() => void) | undefined

  constructor(most: number, log: Log) {
    this.most = most
    this.log = log
  }

  /** Counts a connection; one for which there is no room even to tell it so is dropped. */
  accept(socket: Socket): void {
    if (this.accepted.size >= this.most + Math.ceil(this.most / 8)) {
      socket.destroy()
      return
    }
    this.accepted.add(socket)
    socket.once('close', () => this.forget(socket))
    if (this.accepted.size <= this.most || this.told) return
    this.told = true
    this.log.warning('the API has too many connections', {most: this.most, effect: 'more are refused'})
  }

  /** From now on requests come over this one. */
  open(socket: Socket): void {
    if (socket.destroyed) return
    this.peers.set(socket, {
      excess: this.accepted.size > this.most,
      answering: new Set(),
      refused: false,
      certified: undefined,
    })
    socket.once('close', () => this.peers.delete(socket))
  }

  peerOf(socket: Socket): Peer | undefined {
    return this.peers.get(socket)
  }

  /** Ends those that nobody is being answered over, and the others after at most so many milliseconds. */
  async close(milliseconds: number): Promise<void> {
    for (const [socket, {answering}] of this.peers) if (answering.size === 0) socket.destroy()
    if (this.accepted.size > 0) await this.emptyWithin(milliseconds)
    for (const socket of [...this.peers.keys(), ...this.accepted]) socket.destroy()
  }

  private emptyWithin(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const late = setTimeout(resolve, milliseconds)
      this.whenEmpty = () => {
        clearTimeout(late)
        resolve()
      }
    })
  }

  private forget(socket: Socket): void {
    this.accepted.delete(socket)
    if (this.accepted.size <= this.most / 2) this.told = false
    if (this.accepted.size === 0) this.whenEmpty?.()
  }
}
