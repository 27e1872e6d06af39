import {setTimeout as sleep} from 'node:timers/promises'
import {abortable} from './abortable.ts'
import {Connection} from './connection.ts'
import {isTransient, translate} from './faults.ts'
import {clientOptions, defaultCallTimeoutMs, type EtcdOptions, parseEndpoints} from './options.ts'

/** What a unary call is given: the point in time (epoch milliseconds) at which gRPC gives it up. */
export interface CallLimits {
  readonly deadline: number
}

/** What a caller allows a call: `timeoutMs` for all its attempts, the client's call timeout unless given. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/** etcd's members as this client sees them: one in use until it fails, then the next. */
export class Endpoints {
  readonly callTimeoutMs: number
  /** What the endpoints are called in messages. */
  readonly names: readonly string[]
  readonly #connections: readonly Connection[]
  readonly #closing = new AbortController()
  #current: number
  #newestRevision = 0

  constructor(options: EtcdOptions) {
    this.callTimeoutMs = options.callTimeoutMs ?? defaultCallTimeoutMs
    const {dial} = options
    const endpoints = parseEndpoints(options)
    this.names = dial === undefined ? endpoints : endpoints.map(endpoint => `${endpoint} through ${dial.via}`)
    this.#connections = endpoints.map(
      endpoint => new Connection(endpoint, clientOptions(endpoint, options), dial?.path(endpoint)),
    )
    this.#current = Math.floor(Math.random() * this.#connections.length)
  }

  /** Aborts when the store is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  get current(): Connection {
    const connection = this.#connections[this.#current]
    if (connection === undefined || this.closed.aborted) throw new Error('the store is closed')
    return connection
  }

  /** The newest revision any answer has told; 0 before the first. */
  get newestRevision(): number {
    return this.#newestRevision
  }

  /** Notes the revision of an answer's header and returns it. */
  saw(header: {readonly revision: string | number}): number {
    const revision = Number(header.revision)
    this.#newestRevision = Math.max(this.#newestRevision, revision)
    return revision
  }

  /** The connection did not do: the next endpoint is used from now on, unless that has happened already. */
  failed(connection: Connection): void {
    if (this.#connections[this.#current] === connection) this.#current = (this.#current + 1) % this.#connections.length
  }

  /** Makes a call that may be repeated: at each endpoint, twice when there is one, all within the timeout. */
  async repeatable<T>(call: (connection: Connection, limits: CallLimits) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const signal = this.#either(options.signal)
    const until = performance.now() + (options.timeoutMs ?? this.callTimeoutMs)
    for (let left = Math.max(2, this.names.length); ; left -= 1) {
      const connection = this.current
      try {
        const share = Math.max(1, (until - performance.now()) / left)
        return await abortable(call(connection, {deadline: Date.now() + share}), signal)
      } catch (thrown) {
        if (!isTransient(thrown)) throw this.translate(thrown)
        this.failed(connection)
        if (left <= 1 || performance.now() >= until) throw this.translate(thrown)
        if (this.names.length === 1) await sleep(50, undefined, {signal})
      }
    }
  }

  /** Makes a call that must not be repeated, at the endpoint in use. Errors are etcd3's own, for `faults.ts` to judge. */
  async once<T>(call: (connection: Connection, limits: CallLimits) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const connection = this.current
    const deadline = Date.now() + (options.timeoutMs ?? this.callTimeoutMs)
    try {
      return await abortable(call(connection, {deadline}), this.#either(options.signal))
    } catch (thrown) {
      if (isTransient(thrown)) this.failed(connection)
      throw thrown
    }
  }

  translate(thrown: unknown): unknown {
    return translate(thrown, this.names)
  }

  close(): void {
    this.#closing.abort(new Error('the store is closed'))
    for (const connection of this.#connections) connection.close()
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.closed : AbortSignal.any([signal, this.closed])
  }
}
