import {UnreachableError} from '../../base/errors.ts'
import {Backoff} from '../backoff.ts'
import type {Session} from '../store.ts'
import type {Connection} from './connection.ts'
import type {Endpoints} from './endpoints.ts'
import {saysLeaseGone} from './faults.ts'
import {type Acknowledged, keepAliveOnce, keepAliveStream} from './keepalive.ts'

/** Grants a lease and keeps it alive. etcd may lengthen a TTL that is shorter than its elections take. */
export async function openEtcdSession(endpoints: Endpoints, ttlSeconds: number): Promise<Session> {
  const granted = await endpoints.repeatable(async (connection, limits) => {
    const sentAt = performance.now()
    const answer = await connection.leaseClient.leaseGrant({TTL: ttlSeconds, ID: 0}, limits)
    return {id: answer.ID, acknowledged: {sentAt, ttlSeconds: Number(answer.TTL)}}
  })
  return new EtcdSession(endpoints, granted.id, granted.acknowledged)
}

/** Takes over a lease that is still alive; undefined when etcd does not know it. */
export async function adoptEtcdSession(endpoints: Endpoints, id: string): Promise<Session | undefined> {
  if (!/^[1-9]\d{0,18}$/.test(id)) return undefined
  const acknowledged = await endpoints.repeatable((connection, {deadline}) =>
    keepAliveOnce(connection, id, deadline - Date.now()),
  )
  return acknowledged === undefined ? undefined : new EtcdSession(endpoints, id, acknowledged)
}

class EtcdSession implements Session {
  readonly id: string
  readonly ttlSeconds: number
  readonly #endpoints: Endpoints
  readonly #lost = new AbortController()
  readonly #closing = new AbortController()
  readonly #ended: AbortSignal
  #deadline: number
  #alarm: NodeJS.Timeout | undefined

  constructor(endpoints: Endpoints, id: string, acknowledged: Acknowledged) {
    this.#endpoints = endpoints
    this.id = id
    this.ttlSeconds = acknowledged.ttlSeconds
    this.#deadline = deadlineOf(acknowledged)
    this.#ended = AbortSignal.any([endpoints.closed, this.#closing.signal, this.#lost.signal])
    this.#ended.addEventListener('abort', () => clearTimeout(this.#alarm))
    this.#setAlarm()
    void this.#keepAlive()
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  deadline(): number {
    return this.#deadline
  }

  async close({revoke}: {readonly revoke: boolean}): Promise<void> {
    this.#closing.abort()
    if (!revoke || this.#lost.signal.aborted) return
    try {
      await this.#endpoints.repeatable((connection, limits) => connection.leaseClient.leaseRevoke({ID: this.id}, limits))
    } catch (thrown) {
      if (!(thrown instanceof Error) || !saysLeaseGone(thrown.cause)) throw thrown
    }
    this.#lose('it is revoked')
  }

  async #keepAlive(): Promise<void> {
    const backoff = new Backoff(50, 1000)
    while (!this.#ended.aborted) {
      const connection = this.#endpoints.current
      try {
        await this.#keepAliveAt(connection, backoff)
      } catch {
        this.#endpoints.failed(connection)
      }
      await backoff.wait(this.#ended)
    }
  }

  /** Resolves when the lease is gone or the session ends, throws when the endpoint fails. */
  async #keepAliveAt(connection: Connection, backoff: Backoff): Promise<void> {
    const intervalMs = (this.ttlSeconds * 1000) / 3
    const ackWithinMs = Math.min(intervalMs, this.#endpoints.callTimeoutMs)
    for await (const acknowledged of keepAliveStream(connection, this.id, {intervalMs, ackWithinMs, signal: this.#ended})) {
      if (this.#ended.aborted) return
      if (acknowledged.ttlSeconds <= 0) {
        this.#lose('etcd no longer knows it')
        return
      }
      backoff.reset()
      this.#deadline = Math.max(this.#deadline, deadlineOf(acknowledged))
    }
    throw new UnreachableError('the keepalive stream ended')
  }

  /** Aborts `lost` at the deadline, unless it has moved on by then. */
  #setAlarm(): void {
    const left = this.#deadline - performance.now()
    if (left <= 0) this.#lose('its deadline passed without an acknowledged keepalive')
    else this.#alarm = setTimeout(() => this.#setAlarm(), Math.ceil(left))
  }

  #lose(why: string): void {
    this.#lost.abort(new Error(`session ${this.id} is lost: ${why}`))
  }
}

function deadlineOf({sentAt, ttlSeconds}: Acknowledged): number {
  return sentAt + ttlSeconds * 1000
}
