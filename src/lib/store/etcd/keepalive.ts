import type {Connection} from './connection.ts'
import {readStream} from './stream.ts'

/** A keepalive that etcd answered: when it was sent (monotonic milliseconds), and the TTL from etcd; 0 for an unknown lease. */
export interface Acknowledged {
  readonly sentAt: number
  readonly ttlSeconds: number
}

export interface KeepAliveRequest {
  readonly intervalMs: number
  /** A keepalive unanswered for so long fails the stream. */
  readonly ackWithinMs: number
  readonly signal: AbortSignal
}

/**
 * Sends keepalives for a lease, the first at once, and yields each answer with the time its request was sent: the lease lives
 * at least the TTL from then, whenever the answer is read. Answers come in the order of requests.
 */
export async function* keepAliveStream(
  connection: Connection,
  id: string,
  request: KeepAliveRequest,
): AsyncGenerator<Acknowledged> {
  const stream = await connection.leaseClient.leaseKeepAlive()
  const sent: number[] = []
  let beat: NodeJS.Timeout | undefined
  let patience: NodeJS.Timeout | undefined
  const send = (): void => {
    sent.push(performance.now())
    stream.write({ID: id})
    patience ??= setTimeout(() => stream.cancel(), request.ackWithinMs)
    beat = setTimeout(send, request.intervalMs)
  }
  try {
    const answers = readStream(stream, request.signal)
    send()
    for await (const answer of answers) {
      clearTimeout(patience)
      patience = undefined
      yield {sentAt: sent.shift() ?? Number.NEGATIVE_INFINITY, ttlSeconds: Number(answer.TTL)}
    }
  } finally {
    clearTimeout(beat)
    clearTimeout(patience)
    stream.cancel()
  }
}

/** One keepalive: undefined when etcd does not know the lease. Throws when no answer comes in time. */
export async function keepAliveOnce(connection: Connection, id: string, timeoutMs: number): Promise<Acknowledged | undefined> {
  const never = new AbortController().signal
  for await (const acknowledged of keepAliveStream(connection, id, {
    intervalMs: timeoutMs * 2,
    ackWithinMs: timeoutMs,
    signal: never,
  }))
    return acknowledged.ttlSeconds > 0 ? acknowledged : undefined
  throw new Error('the keepalive stream ended without an answer')
}
