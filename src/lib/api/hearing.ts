import {Bell} from '../base/bell.ts'
import {UnreachableError} from '../base/errors.ts'

/** How long somebody who asks waits for a watch that is away to come back. Milliseconds. */
const patience = 1000
/** etcd tells a watch that came back what it has missed within some tenths of a second. Milliseconds. */
const quiet = 500

/** Whether a copy that is kept by a watch hears of what happens, as far as its store tells. */
export class Hearing {
  private readonly monotonic: () => number
  private readonly bell = new Bell()
  /** What the copy has to have reached: the store's revision when the watch came back. 0 at first, undefined while it is away. */
  private linkedAt: number | undefined = 0
  /** When something was heard last. */
  private heardAt = Number.NEGATIVE_INFINITY

  /** Milliseconds, monotonic. */
  constructor(monotonic: () => number) {
    this.monotonic = monotonic
  }

  get isAway(): boolean {
    return this.linkedAt === undefined
  }

  /** The store is at this revision: what was written until then is to be waited for. */
  expect(at: number): void {
    if (this.linkedAt === undefined || at <= this.linkedAt) return
    this.linkedAt = at
    this.heardAt = this.monotonic()
  }

  /** As a store tells it: WatchLink. */
  linked(at: number | undefined): void {
    this.linkedAt = at
    this.heard()
  }

  heard(): void {
    this.heardAt = this.monotonic()
    this.bell.ring()
  }

  /**
   * Resolves when the watch is there and the copy, whose revision is given, has what was missed while it was away. Throws
   * UnreachableError when that takes too long.
   */
  async caughtUp(revision: () => number, signal: AbortSignal): Promise<void> {
    const until = this.monotonic() + patience
    for (let rest = this.rest(revision()); rest > 0; rest = this.rest(revision())) {
      signal.throwIfAborted()
      const left = until - this.monotonic()
      if (left <= 0) throw awayError()
      await this.bell.wait(signal, Math.min(rest, left))
    }
  }

  /** Milliseconds until nothing more is to be expected. */
  private rest(revision: number): number {
    if (this.linkedAt === undefined) return Number.POSITIVE_INFINITY
    return revision >= this.linkedAt ? 0 : this.heardAt + quiet - this.monotonic()
  }
}

export function awayError(): UnreachableError {
  return new UnreachableError('the watch on etcd is not back yet', {hint: 'ask again in a moment'})
}
