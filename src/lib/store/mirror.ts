import {patiently} from './patiently.ts'
import {
  type Change,
  type ChangeEvent,
  CompactedError,
  type Entry,
  type Listing,
  type Store,
  unlessCompacted,
  type WatchLink,
} from './store.ts'

export interface MirrorOptions {
  /** Ends the mirror. */
  readonly signal: AbortSignal
  /** Called after a batch of changes is in `entries`, before anything else can happen; one that throws ends the mirror. */
  readonly onChange?: (changes: readonly ChangeEvent[], revision: number) => void
  /** Called when it begins to read what is there; gives who is told of that as it comes. Called again when compaction makes it begin anew. */
  readonly reading?: () => (entry: Entry) => void
  /** Told how its watch stands to the store. */
  readonly linked?: WatchLink
}

/** A local copy of what is under some prefixes, kept up to date by a watch. */
export interface Mirror {
  /** The revision of the last change seen; what other prefixes do does not count. */
  readonly revision: number
  readonly entries: ReadonlyMap<string, Entry>
  /**
   * Resolves when the mirror has seen a revision: one that changed something under its prefixes. Rejects with the signal's
   * reason when it aborts, and when the mirror ends.
   */
  reached(revision: number, signal?: AbortSignal): Promise<void>
  /** Resolves when the mirror's signal aborts, rejects with what else ended it. */
  readonly done: Promise<void>
}

/**
 * Lists the prefixes and keeps a copy of them by a watch. It outlives lost connections, and lists again when history was
 * compacted away: `onChange` then gets the difference. Throws what the first listing throws.
 */
export async function openMirror(store: Store, prefixes: readonly string[], options: MirrorOptions): Promise<Mirror> {
  const {signal, reading} = options
  const first = await unlessCompacted(async () => {
    const entries = new Map<string, Entry>()
    const tell = reading?.()
    const take = (entry: Entry) => {
      entries.set(entry.key, entry)
      tell?.(entry)
    }
    const {revision} = await store.list(prefixes, {signal, take})
    return {entries, revision}
  })
  const mirror = new StoreMirror(first, options)
  mirror.follow(store, prefixes)
  return mirror
}

interface Waiter {
  readonly revision: number
  resolve(): void
}

class StoreMirror implements Mirror {
  readonly #entries: Map<string, Entry>
  readonly #options: MirrorOptions
  readonly #waiters = new Set<Waiter>()
  readonly #over = new AbortController()
  #revision: number
  #done: Promise<void> = Promise.resolve()

  constructor({entries, revision}: {readonly entries: Map<string, Entry>; readonly revision: number}, options: MirrorOptions) {
    this.#entries = entries
    this.#revision = revision
    this.#options = options
  }

  get revision(): number {
    return this.#revision
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries
  }

  get done(): Promise<void> {
    return this.#done
  }

  follow(store: Store, prefixes: readonly string[]): void {
    this.#done = this.#follow(store, prefixes)
    this.#done.then(
      () => this.#over.abort(this.#options.signal.reason ?? new Error('the store was closed')),
      (thrown: unknown) => this.#over.abort(thrown),
    )
  }

  async reached(revision: number, signal?: AbortSignal): Promise<void> {
    if (this.#revision >= revision) return
    const ended = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal])
    ended.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void): void => {
        this.#waiters.delete(waiter)
        ended.removeEventListener('abort', fail)
        settle()
      }
      const waiter: Waiter = {revision, resolve: () => finish(resolve)}
      const fail = (): void => finish(() => reject(ended.reason))
      this.#waiters.add(waiter)
      ended.addEventListener('abort', fail)
    })
  }

  async #follow(store: Store, prefixes: readonly string[]): Promise<void> {
    const {signal, linked} = this.#options
    while (!signal.aborted) {
      try {
        for await (const change of store.watch(prefixes, this.#revision, signal, linked)) this.#apply(change)
        return
      } catch (thrown) {
        if (!(thrown instanceof CompactedError)) throw thrown
      }
      const listing = await patiently(() => store.list(prefixes, {signal}), signal)
      if (listing !== undefined) this.#apply(this.#difference(listing))
    }
  }

  #apply({events, revision}: Change): void {
    for (const event of events) {
      if (event.kind === 'put') this.#entries.set(event.entry.key, event.entry)
      else this.#entries.delete(event.key)
    }
    this.#revision = revision
    if (events.length > 0) this.#options.onChange?.(events, revision)
    for (const waiter of [...this.#waiters]) if (waiter.revision <= revision) waiter.resolve()
  }

  #difference({entries, revision}: Listing): Change {
    const listed = new Set(entries.map(entry => entry.key))
    const gone = [...this.#entries.keys()].filter(key => !listed.has(key))
    const changed = entries.filter(entry => !sameVersion(entry, this.#entries.get(entry.key)))
    return {
      revision,
      events: [
        ...gone.map((key): ChangeEvent => ({kind: 'delete', key})),
        ...changed.map((entry): ChangeEvent => ({kind: 'put', entry})),
      ],
    }
  }
}

function sameVersion(a: Entry, b: Entry | undefined): boolean {
  return a.modRevision === b?.modRevision && a.createRevision === b.createRevision && a.value === b.value
}
