import {Bell} from '../base/bell.ts'
import {UnreachableError} from '../base/errors.ts'

/** How long somebody who asks waits for a watch that is away, and for what it missed. Milliseconds. */
const patience = 2000

/** Whether a copy that is kept by a watch hears of what happens, as far as its store tells. */
export class Hearing {
  private readonly monotonic: () => number
  private readonly bell = new Bell()
  /** Whether the watch listens. */
  private isThere = false
  /** How often the watch has come or gone. */
  private links = 0
  /** When it was seen last that the watch had told everything: so often it had come or gone then. */
  private caughtUpAt = -1

  /** Milliseconds, monotonic. */
  constructor(monotonic: () => number) {
    this.monotonic = monotonic
  }

  /** The watch came, or is away, and nobody has seen since whether it has told everything. */
  get isBehind(): boolean {
    return this.caughtUpAt !== this.links
  }

  /** As a store tells it: WatchLink. */
  linked(isThere: boolean): void {
    this.isThere = isThere
    this.links += 1
    this.bell.ring()
  }

  /** Something has come. */
  heard(): void {
    this.bell.ring()
  }

  /** Carries out what sees that the watch has told everything. Throws UnreachableError when it came or went meanwhile. */
  async catchUp(look: () => Promise<void>): Promise<void> {
    const {links} = this
    await look()
    if (links !== this.links) throw awayError()
    this.caughtUpAt = links
  }

  /** Resolves when the watch is there and `isSo`, asked each time that something has come. Throws UnreachableError when that takes too long. */
  async until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    const end = this.monotonic() + patience
    while (!this.isThere || !isSo()) {
      signal.throwIfAborted()
      const left = end - this.monotonic()
      if (left <= 0) throw awayError()
      await this.bell.wait(signal, left)
    }
  }
}

function awayError(): UnreachableError {
  return new UnreachableError('the watch on etcd is not back yet', {hint: 'ask again in a moment'})
}
