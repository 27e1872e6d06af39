import {ConflictError} from '../base/errors.ts'
import {checkCommit, guardHolds} from './commit-rules.ts'
import {MemoryHistory} from './memory-history.ts'
import {type Lease, openMemorySession} from './memory-session.ts'
import {underAny} from './prefixes.ts'
import type {
  Change,
  CommitResult,
  Entry,
  GetOptions,
  Glance,
  Guard,
  Listing,
  ListOptions,
  Session,
  Store,
  WatchLink,
  Write,
} from './store.ts'

export interface MemoryStoreOptions {
  /** Monotonic milliseconds by which session deadlines are told; performance.now unless given. */
  readonly now?: () => number
}

/**
 * A Store inside the process, with etcd's revisions: the first is 1, each commit that changes something adds one. Nothing
 * expires by itself: `expireSession` ends a lease as etcd would, `expireDue` those whose deadline passed unattended.
 */
export class MemoryStore implements Store {
  readonly #history = new MemoryHistory()
  readonly #leases = new Map<string, Lease>()
  readonly #closing = new AbortController()
  readonly #now: () => number
  #lastLease = 0

  constructor(options: MemoryStoreOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
  }

  get revision(): number {
    return this.#history.revision
  }

  async list(prefixes: readonly string[], options: ListOptions = {}): Promise<Listing> {
    this.#check(options.signal)
    const revision = options.revision ?? this.#history.revision
    const entries = this.#history.entriesAt(revision, key => underAny(prefixes, key))
    entries.sort((a, b) => (a.key < b.key ? -1 : 1))
    const listed = options.keysOnly === true ? entries.map(entry => ({...entry, value: ''})) : entries
    if (options.take === undefined) return {revision, entries: listed}
    for (const entry of listed) options.take(entry)
    return {revision, entries: []}
  }

  async glance(wanted: readonly Glance[], {signal}: {readonly signal?: AbortSignal} = {}): Promise<{readonly revision: number}> {
    const {revision} = this
    for (const {prefix, valueBytes, take, taken} of wanted) {
      const {entries} = await this.list([prefix], {revision, ...(signal && {signal})})
      for (const {key, value} of entries) take(key.slice(prefix.length), Buffer.from(value).toString('utf8', 0, valueBytes))
      taken?.()
    }
    return {revision}
  }

  async get(keys: readonly string[], options: GetOptions = {}): Promise<Listing> {
    this.#check(options.signal)
    const revision = options.revision ?? this.#history.revision
    const wanted = new Set(keys)
    return {revision, entries: this.#history.entriesAt(revision, key => wanted.has(key))}
  }

  async commit(
    guards: readonly Guard[],
    writes: readonly Write[],
    options: {readonly signal?: AbortSignal} = {},
  ): Promise<CommitResult> {
    this.#check(options.signal)
    checkCommit(guards, writes)
    if (!guards.every(guard => guardHolds(guard, this.#history.get(guard.key)))) return {ok: false, revision: this.revision}
    for (const write of writes) {
      if (write.kind === 'put' && write.session !== undefined && !this.#leases.has(write.session))
        throw new ConflictError(`session ${write.session} is over`)
    }
    return {ok: true, revision: this.#history.apply(writes)}
  }

  async *watch(prefixes: readonly string[], revision: number, signal: AbortSignal, linked?: WatchLink): AsyncGenerator<Change> {
    linked?.(true)
    const ended = AbortSignal.any([signal, this.#closing.signal])
    let seen = revision
    while (!ended.aborted) {
      const change = this.#history.changeAfter(seen)
      if (change === undefined) {
        await this.#history.nextChange(ended)
        continue
      }
      seen = change.revision
      const events = change.events.filter(event => underAny(prefixes, event.kind === 'put' ? event.entry.key : event.key))
      if (events.length > 0) yield {revision: change.revision, events}
    }
  }

  async openSession(ttlSeconds: number): Promise<Session> {
    this.#check()
    this.#lastLease += 1
    const lease: Lease = {id: String(this.#lastLease), ttlSeconds, holders: new Set(), expiresAt: this.#now() + ttlSeconds * 1000}
    this.#leases.set(lease.id, lease)
    return this.#hold(lease)
  }

  async adoptSession(id: string): Promise<Session | undefined> {
    this.#check()
    this.expireDue()
    const lease = this.#leases.get(id)
    return lease === undefined ? undefined : this.#hold(lease)
  }

  /** Ends a lease as etcd does when it runs out: its keys go in one revision, all who hold it hear that it is lost. */
  expireSession(id: string): void {
    const lease = this.#leases.get(id)
    if (lease === undefined) return
    this.#leases.delete(id)
    const keys = this.#history.entriesAt(this.revision, () => true).filter(entry => entry.session === id)
    this.#history.apply(keys.map((entry: Entry) => ({kind: 'delete', key: entry.key})))
    for (const holder of [...lease.holders]) holder.lose()
  }

  /** Ends the leases that nobody keeps alive any more and whose deadline has passed. */
  expireDue(): void {
    for (const lease of [...this.#leases.values()]) {
      if (lease.holders.size === 0 && lease.expiresAt <= this.#now()) this.expireSession(lease.id)
    }
  }

  /** Forgets what was before `revision`, as etcd's compaction does. */
  compact(revision: number): void {
    this.#history.compact(revision)
  }

  close(): void {
    this.#closing.abort()
    for (const lease of this.#leases.values()) for (const holder of [...lease.holders]) holder.release()
  }

  #hold(lease: Lease): Session {
    return openMemorySession(lease, this.#now, () => this.expireSession(lease.id))
  }

  #check(signal?: AbortSignal): void {
    signal?.throwIfAborted()
    if (this.#closing.signal.aborted) throw new Error('the store is closed')
  }
}
