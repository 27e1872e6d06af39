import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {
  Change,
  CommitResult,
  Glance,
  Guard,
  Listing,
  ListOptions,
  Session,
  Store,
  WatchLink,
  Write,
} from '../../src/lib/store/store.ts'

/** A memory store that counts what is written, and whose answers can be held up or refused. */
export class DisturbedStore implements Store {
  readonly inner: MemoryStore
  /** The commits that were asked for, also those that failed. */
  readonly commits: (readonly Write[])[] = []
  /** Awaited before each commit is carried out; what it throws is the commit's failure. */
  beforeCommit: ((writes: readonly Write[]) => Promise<void> | void) | undefined
  /** Awaited before these keys or prefixes are read; what it throws is the failure. */
  beforeRead: ((keysOrPrefixes: readonly string[]) => Promise<void> | void) | undefined

  constructor(inner = new MemoryStore()) {
    this.inner = inner
  }

  async list(prefixes: readonly string[], options?: ListOptions): Promise<Listing> {
    await this.beforeRead?.(prefixes)
    return this.inner.list(prefixes, options)
  }

  async glance(wanted: readonly Glance[], options?: {readonly signal?: AbortSignal}): Promise<{readonly revision: number}> {
    await this.beforeRead?.(wanted.map(({prefix}) => prefix))
    return this.inner.glance(wanted, options)
  }

  async get(keys: readonly string[], options?: {readonly signal?: AbortSignal}): Promise<Listing> {
    await this.beforeRead?.(keys)
    return this.inner.get(keys, options)
  }

  async commit(
    guards: readonly Guard[],
    writes: readonly Write[],
    options?: {readonly signal?: AbortSignal},
  ): Promise<CommitResult> {
    this.commits.push(writes)
    await this.beforeCommit?.(writes)
    return this.inner.commit(guards, writes, options)
  }

  watch(prefixes: readonly string[], revision: number, signal: AbortSignal, linked?: WatchLink): AsyncIterable<Change> {
    return this.inner.watch(prefixes, revision, signal, linked)
  }

  openSession(ttlSeconds: number): Promise<Session> {
    return this.inner.openSession(ttlSeconds)
  }

  adoptSession(id: string): Promise<Session | undefined> {
    return this.inner.adoptSession(id)
  }

  close(): void {
    this.inner.close()
  }
}
