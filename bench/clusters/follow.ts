import type {ChangeEvent, Store} from '../../src/lib/store/store.ts'

export interface Follow {
  readonly prefixes: readonly string[]
  /** What came after this revision is seen. */
  readonly revision: number
  readonly signal: AbortSignal
}

/** Watches until `isLast` says so of a change; resolves with the time (performance.now) at which that one came. */
export async function follow(
  store: Store,
  {prefixes, revision, signal}: Follow,
  isLast: (event: ChangeEvent) => boolean,
): Promise<number> {
  const over = new AbortController()
  try {
    for await (const {events} of store.watch(prefixes, revision, AbortSignal.any([signal, over.signal])))
      for (const event of events) if (isLast(event)) return performance.now()
    signal.throwIfAborted()
    throw new Error('the watch ended before what it waits for')
  } finally {
    over.abort()
  }
}

/** The revision at which the store stands. */
export async function revisionOf(store: Store, signal: AbortSignal): Promise<number> {
  return (await store.get(['nothing'], {signal})).revision
}
