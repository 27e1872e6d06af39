import {setTimeout as sleep} from 'node:timers/promises'
import type {ITxnRequest} from 'etcd3'
import {UnreachableError} from '../../base/errors.ts'
import {Backoff} from '../backoff.ts'
import {checkCommit} from '../commit-rules.ts'
import {type CommitResult, CompactedError, type Guard, type Write} from '../store.ts'
import type {Endpoints} from './endpoints.ts'
import {isTransient, wasNeverSent} from './faults.ts'
import type {Keyspace} from './keyspace.ts'
import {getEntries} from './range.ts'
import {lookForCommit, type Verdict} from './settle.ts'
import {txnRequest} from './txn.ts'

export interface CommitRequest {
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes all or nothing. A transaction is sent once. When its answer is lost, etcd is asked what became of it
 * (`lookForCommit`), until the call timeout; it is sent again only when it can take effect only once (`defeatsItself`).
 * UnreachableError then means: it is not known, and it may still be written later; only a broken guard makes sure it is not
 * (a leader resigns and campaigns anew, so that what it sent before no longer holds).
 */
export async function commitWrites(endpoints: Endpoints, keyspace: Keyspace, request: CommitRequest): Promise<CommitResult> {
  const {guards, writes, signal} = request
  checkCommit(guards, writes)
  const until = performance.now() + endpoints.callTimeoutMs
  const floor = endpoints.newestRevision || (await revisionBefore(endpoints, keyspace, request))
  const transaction = txnRequest(keyspace, guards, writes)
  const first = await send(endpoints, transaction, {until, signal})
  if (!('lost' in first)) return first

  let cause = first.lost
  const backoff = new Backoff(25, 400)
  while (performance.now() < until) {
    const verdict = await look(endpoints, keyspace, {...request, floor, until})
    if (verdict.kind === 'written') return {ok: true, revision: verdict.revision}
    if (verdict.kind === 'refused') return {ok: false, revision: verdict.revision}
    if (verdict.kind === 'unknown') {
      cause = verdict.cause
      if (verdict.cause instanceof CompactedError) break
    }
    if (verdict.kind === 'pending' && defeatsItself(guards, writes)) {
      const again = await send(endpoints, transaction, {until, signal}).catch((thrown: unknown) => ({lost: passing(thrown)}))
      if ('lost' in again) cause = again.lost
      else if (again.ok) return again
      else continue
    }
    await backoff.wait(AbortSignal.any([endpoints.closed, ...(signal === undefined ? [] : [signal])]))
    signal?.throwIfAborted()
  }
  throw new UnreachableError(
    `etcd at ${endpoints.names.join(', ')} did not answer; it is not known whether the change was written`,
    {
      hint: 'look at what is there before trying again',
      cause,
    },
  )
}

/**
 * Whether a commit that took effect makes its own guards fail, so that sending it twice cannot write twice: it puts a key
 * that must be unchanged, or deletes one that must be there. A commit without writes may be repeated as well.
 */
export function defeatsItself(guards: readonly Guard[], writes: readonly Write[]): boolean {
  if (writes.length === 0) return true
  const written = new Map(writes.map(write => [write.key, write.kind]))
  return guards.some(guard => {
    if (guard.kind !== 'unchanged') return false
    const kind = written.get(guard.key)
    return kind === 'put' || (kind === 'delete' && guard.modRevision > 0)
  })
}

/** Sends a transaction; to another endpoint only if it certainly never left. `lost` when it is not known what became of it. */
async function send(
  endpoints: Endpoints,
  transaction: ITxnRequest,
  {until, signal}: {readonly until: number; readonly signal: AbortSignal | undefined},
): Promise<CommitResult | {readonly lost: unknown}> {
  for (let left = Math.max(2, endpoints.names.length); ; left -= 1) {
    try {
      const timeoutMs = Math.max(1, (until - performance.now()) / 2)
      const answer = await endpoints.once((connection, limits) => connection.kv.txn(transaction, limits), {timeoutMs, signal})
      return {ok: answer.succeeded, revision: endpoints.saw(answer.header)}
    } catch (thrown) {
      if (!isTransient(thrown)) throw endpoints.translate(thrown)
      if (!wasNeverSent(thrown)) return {lost: thrown}
      if (left <= 1 || performance.now() >= until) throw endpoints.translate(thrown)
      if (endpoints.names.length === 1) await sleep(50)
    }
  }
}

async function look(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: CommitRequest & {readonly floor: number; readonly until: number},
): Promise<Verdict | {readonly kind: 'unknown'; readonly cause: unknown}> {
  try {
    return await lookForCommit(endpoints, keyspace, request)
  } catch (thrown) {
    return {kind: 'unknown', cause: passing(thrown)}
  }
}

/** What a later attempt may get over; anything else is thrown on. */
function passing(thrown: unknown): unknown {
  if (thrown instanceof UnreachableError || thrown instanceof CompactedError) return thrown
  throw thrown
}

/** A revision from before the commit, so that its traces can be told from older ones. */
async function revisionBefore(
  endpoints: Endpoints,
  keyspace: Keyspace,
  {guards, writes, signal}: CommitRequest,
): Promise<number> {
  const key = writes[0]?.key ?? guards[0]?.key ?? ''
  return (await getEntries(endpoints, keyspace, {keys: [key], signal})).revision
}
