import type {IEvent} from 'etcd3'
import {UnreachableError, UsageError} from '../../base/errors.ts'
import {Backoff} from '../backoff.ts'
import {disjointPrefixes, underAny} from '../prefixes.ts'
import {type Change, type ChangeEvent, CompactedError, type WatchLink} from '../store.ts'
import type {Connection} from './connection.ts'
import type {Endpoints} from './endpoints.ts'
import {isTransient, saysFuture} from './faults.ts'
import type {KeyRange, Keyspace} from './keyspace.ts'
import {checkRevision} from './range.ts'
import {readStream} from './stream.ts'

export interface WatchRequest {
  readonly prefixes: readonly string[]
  readonly revision: number
  readonly signal: AbortSignal
  readonly linked?: WatchLink | undefined
}

/**
 * Every change under the prefixes after a revision, one batch a revision, without loss or repetition: each new stream begins
 * right after the last revision delivered. Several prefixes are watched as the one smallest range that covers them, since only a
 * single etcd watcher keeps the order of revisions; a client that may or should not hear the rest opens one watch a prefix.
 */
export async function* watchChanges(endpoints: Endpoints, keyspace: Keyspace, request: WatchRequest): AsyncGenerator<Change> {
  const prefixes = disjointPrefixes(request.prefixes)
  const range = keyspace.covering(prefixes)
  const signal = AbortSignal.any([request.signal, endpoints.closed])
  const backoff = new Backoff()
  let seen = request.revision
  while (!signal.aborted) {
    let connection: Connection | undefined
    try {
      await checkHistory(endpoints, range, {revision: seen, signal})
      connection = endpoints.current
      const {callTimeoutMs: createdWithinMs} = endpoints
      for await (const batch of watchOnce(connection, {range, after: seen, signal, createdWithinMs, linked: request.linked})) {
        backoff.reset()
        if (batch.revision <= seen) continue
        seen = batch.revision
        const events = batch.events.map(event => toChangeEvent(keyspace, event)).filter(event => underAny(prefixes, keyOf(event)))
        if (events.length > 0) yield {revision: seen, events}
      }
    } catch (thrown) {
      if (signal.aborted) return
      if (!(thrown instanceof UnreachableError) && !isTransient(thrown)) throw endpoints.translate(thrown)
      if (connection !== undefined) endpoints.failed(connection)
    } finally {
      request.linked?.(false)
    }
    await backoff.wait(signal)
  }
}

/** What one revision did in the range; without events it says that nothing happened up to that revision. */
interface Batch {
  readonly revision: number
  readonly events: readonly IEvent[]
}

interface StreamRequest {
  readonly range: KeyRange
  readonly after: number
  readonly signal: AbortSignal
  readonly createdWithinMs: number
  readonly linked: WatchLink | undefined
}

async function* watchOnce(connection: Connection, request: StreamRequest): AsyncGenerator<Batch> {
  const stream = await connection.watches.watch()
  const stalled = setTimeout(() => stream.cancel(), request.createdWithinMs)
  try {
    const responses = readStream(stream, request.signal)
    stream.write({create_request: {...request.range, start_revision: request.after + 1, fragment: true, progress_notify: true}})
    let events: IEvent[] = []
    for await (const response of responses) {
      if (response.created) clearTimeout(stalled)
      if (response.created && !response.canceled) request.linked?.(true)
      if (response.canceled) throw cancelled(response.compact_revision, response.cancel_reason)
      events.push(...response.events)
      if (response.fragment) continue
      if (events.length > 0) yield* byRevision(events)
      else if (!response.created) yield {revision: Number(response.header.revision), events: []}
      events = []
    }
  } finally {
    clearTimeout(stalled)
    stream.cancel()
  }
}

/** etcd sends whole revisions, in order; a response (its fragments joined) may hold many. */
function* byRevision(events: readonly IEvent[]): Generator<Batch> {
  let batch: {revision: number; events: IEvent[]} | undefined
  for (const event of events) {
    const revision = Number(event.kv.mod_revision)
    if (batch !== undefined && batch.revision === revision) {
      batch.events.push(event)
      continue
    }
    if (batch !== undefined) yield batch
    batch = {revision, events: [event]}
  }
  if (batch !== undefined) yield batch
}

/**
 * Makes sure before a watch that what came after `revision` is still there, by reading at it. A watch that starts exactly
 * at the compacted revision is accepted by etcd but may lack deletions of that revision; and on an etcd restored to an older state it
 * would wait silently for revisions to catch up. Both count as compacted: the reader lists again.
 */
async function checkHistory(
  endpoints: Endpoints,
  range: KeyRange,
  {revision, signal}: {readonly revision: number; readonly signal: AbortSignal},
): Promise<void> {
  try {
    await checkRevision(endpoints, range, revision, {signal})
  } catch (thrown) {
    if (thrown instanceof Error && saysFuture(thrown.cause)) throw new CompactedError(revision + 1)
    throw thrown
  }
}

function cancelled(compactRevision: string, reason: string): Error {
  if (compactRevision !== '0') return new CompactedError(Number(compactRevision))
  if (/permission denied/i.test(reason)) return new UsageError(`etcd denies this user the watch: ${reason}`)
  return new UnreachableError(`etcd ended the watch: ${reason}`)
}

function toChangeEvent(keyspace: Keyspace, event: IEvent): ChangeEvent {
  return event.type === 'Delete'
    ? {kind: 'delete', key: keyspace.relative(event.kv.key)}
    : {kind: 'put', entry: keyspace.entry(event.kv)}
}

function keyOf(event: ChangeEvent): string {
  return event.kind === 'put' ? event.entry.key : event.key
}
