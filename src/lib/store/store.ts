/**
 * The one port to what must last: an ordered map from keys to texts with revisions, guarded transactions, watches
 * that lose nothing, and sessions (leases). Keys are given without the cluster's prefix; the adapter adds it.
 */
export interface Store {
  /**
   * All entries under the given prefixes at one revision, sorted by key. Large prefixes are paged inside.
   * `revision` pins an earlier one; throws CompactedError when that is gone.
   */
  list(prefixes: readonly string[], options?: ListOptions): Promise<Listing>

  /** The entries of the given keys at one revision; missing keys are left out. `revision`: as of `list`. */
  get(keys: readonly string[], options?: GetOptions): Promise<Listing>

  /**
   * Gives parts of what stands under some prefixes, as it is at one revision, to those who want them. Those of one prefix come in order,
   * those of several mixed, the first as soon as may be. Throws CompactedError when compaction overtakes it: who has taken a part begins
   * again (`unlessCompacted`).
   */
  glance(wanted: readonly Glance[], options?: {readonly signal?: AbortSignal}): Promise<{readonly revision: number}>

  /**
   * Writes everything or nothing: when all guards hold. At most `maxWrites` writes and as many guards.
   * A commit whose answer was lost is settled by looking, so that `ok` is the truth; UnreachableError when it cannot be.
   */
  commit(guards: readonly Guard[], writes: readonly Write[], options?: {readonly signal?: AbortSignal}): Promise<CommitResult>

  /**
   * Every change under the prefixes after `revision`, one batch per revision, in order, without loss or repetition, across
   * lost connections. Ends when `signal` aborts; throws CompactedError when the history is gone (list again, then watch).
   */
  watch(prefixes: readonly string[], revision: number, signal: AbortSignal, linked?: WatchLink): AsyncIterable<Change>

  /** Opens a session (a lease kept alive), or takes over one whose id is still alive: undefined when it is not. */
  openSession(ttlSeconds: number): Promise<Session>
  adoptSession(id: string): Promise<Session | undefined>

  close(): void
}

export interface GetOptions {
  readonly revision?: number
  readonly signal?: AbortSignal
}

export interface ListOptions extends GetOptions {
  /** No values. */
  readonly keysOnly?: boolean
  /**
   * Given each entry as it comes, those of one prefix in order, and while others are still on their way; the listing then has none.
   * Compaction then ends the listing even when no revision was asked for: who has taken a part begins again (`unlessCompacted`).
   */
  readonly take?: (entry: Entry) => void
}

/** What is wanted of the entries under a prefix. */
export interface Glance {
  readonly prefix: string
  /** No more than so many bytes of a value; a letter that is cut in two is no letter any more. */
  readonly valueBytes: number
  /** Given each key, without the prefix, and the beginning of its value. */
  readonly take: (key: string, value: string) => void
  /** Called once all of them were given. */
  readonly taken?: () => void
}

export interface Entry {
  readonly key: string
  readonly value: string
  readonly createRevision: number
  readonly modRevision: number
  /** The session that the key goes with, if any. */
  readonly session?: string
}

export interface Listing {
  readonly revision: number
  readonly entries: readonly Entry[]
}

/** A condition on one key: untouched since a revision (0: absent), created at a revision, or merely present. */
export type Guard =
  | {readonly kind: 'unchanged'; readonly key: string; readonly modRevision: number}
  | {readonly kind: 'created'; readonly key: string; readonly createRevision: number}
  | {readonly kind: 'present'; readonly key: string}

/** `session`: the key goes when that session ends. */
export type Write =
  | {readonly kind: 'put'; readonly key: string; readonly value: string; readonly session?: string}
  | {readonly kind: 'delete'; readonly key: string}

export type CommitResult = {readonly ok: true; readonly revision: number} | {readonly ok: false; readonly revision: number}

/** Told whether a watch listens, each time that it begins to and that it hears nothing any more. */
export type WatchLink = (isThere: boolean) => void

/** What one revision changed. */
export interface Change {
  readonly revision: number
  readonly events: readonly ChangeEvent[]
}

export type ChangeEvent = {readonly kind: 'put'; readonly entry: Entry} | {readonly kind: 'delete'; readonly key: string}

/** A lease that is kept alive until closed or lost. */
export interface Session {
  readonly id: string
  readonly ttlSeconds: number
  /** Aborts when the lease is certainly gone (the store said so) or its deadline has passed unacknowledged. */
  readonly lost: AbortSignal
  /**
   * Monotonic milliseconds (performance.now) before which the lease cannot have run out: the time the last acknowledged
   * keepalive was sent, plus the TTL.
   */
  deadline(): number
  /** Stops keeping alive. `revoke` ends the lease at once, its keys with it; otherwise it runs out by itself. */
  close(options: {readonly revoke: boolean}): Promise<void>
}

/** Most writes (and most guards) of one commit: etcd's default --max-txn-ops. */
export const maxWrites = 128

/** The asked-for history was compacted away. */
export class CompactedError extends Error {
  readonly compactRevision: number

  constructor(compactRevision: number) {
    super(`history before revision ${compactRevision} is compacted`)
    this.name = 'CompactedError'
    this.compactRevision = compactRevision
  }
}

/** Reads at a revision of its own choice, and begins again when compaction overtakes that; the third time it throws. */
export async function unlessCompacted<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read()
    } catch (thrown) {
      if (!(thrown instanceof CompactedError) || attempt === 3) throw thrown
    }
  }
}
