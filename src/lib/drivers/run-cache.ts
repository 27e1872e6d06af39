import {Limiter} from '../base/limiter.ts'
import type {Run} from './driver.ts'

/** A run, with what its driver alone needs to know of it. */
interface Observed {
  readonly run: Run
}

/** How the cache asks the engine. */
export interface RunSource<T extends Observed> {
  /** The keys, by which the engine knows them, of all that is ours. */
  list(signal?: AbortSignal): Promise<readonly string[]>
  /** undefined when it is gone. */
  inspect(id: string, signal?: AbortSignal): Promise<T | undefined>
}

/**
 * What the engine holds, asking again only for what was marked. Nothing is trusted while no event stream marks
 * changes, nor longer than five minutes: engines drop events for a listener that is slow.
 */
export class RunCache<T extends Observed> {
  readonly #source: RunSource<T>
  readonly #known = new Map<string, T>()
  #marked = new Set<string>()
  #streams = 0
  #staleAt = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: RunSource<T>) {
    this.#source = source
  }

  /** From here on every change is marked, until as many calls of `streamEnded`. */
  streamBegan(): void {
    this.#streams += 1
    this.markAll()
  }

  streamEnded(): void {
    this.#streams -= 1
    this.markAll()
  }

  mark(id: string): void {
    this.#marked.add(id)
  }

  markAll(): void {
    this.#staleAt = 0
  }

  find(id: string): T | undefined {
    return this.#known.get(id)
  }

  /** All runs as of a moment after this call. */
  read(signal?: AbortSignal): Promise<readonly Run[]> {
    const mine = this.#last.then(() => this.#refresh(signal))
    // The next reader waits for this one's end, not for its success.
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #refresh(signal: AbortSignal | undefined): Promise<readonly Run[]> {
    signal?.throwIfAborted()
    const everything = this.#streams === 0 || performance.now() >= this.#staleAt
    const marked = this.#marked
    this.#marked = new Set()
    if (everything) this.#staleAt = performance.now() + trustedMilliseconds
    try {
      const ids = everything ? await this.#source.list(signal) : [...marked]
      if (everything) this.#forgetAllBut(new Set(ids))
      const atOnce = new Limiter(inspectsAtOnce)
      await Promise.all(ids.map(id => atOnce.run(() => this.#inspect(id, signal), signal)))
    } catch (error) {
      if (everything) this.markAll()
      for (const id of marked) this.mark(id)
      throw error
    }
    return [...this.#known.values()].map(({run}) => run).sort(byUnit)
  }

  async #inspect(id: string, signal: AbortSignal | undefined): Promise<void> {
    const observed = await this.#source.inspect(id, signal)
    if (observed === undefined) this.#known.delete(id)
    else this.#known.set(id, observed)
  }

  #forgetAllBut(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
  }
}

const trustedMilliseconds = 5 * 60_000
const inspectsAtOnce = 8

function byUnit(a: Run, b: Run): number {
  if (a.unit !== b.unit) return a.unit < b.unit ? -1 : 1
  return (a.startedAt ?? Number.POSITIVE_INFINITY) - (b.startedAt ?? Number.POSITIVE_INFINITY)
}
