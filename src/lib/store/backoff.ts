import {setTimeout as sleep} from 'node:timers/promises'

/** Pauses between attempts: they double from `firstMs` to at most `mostMs`, and each is cut by up to half at random. */
export class Backoff {
  readonly #firstMs: number
  readonly #mostMs: number
  #nextMs: number

  constructor(firstMs = 50, mostMs = 2000) {
    this.#firstMs = firstMs
    this.#mostMs = mostMs
    this.#nextMs = firstMs
  }

  /** After a success: the next pause is the first again. */
  reset(): void {
    this.#nextMs = this.#firstMs
  }

  /** Resolves after the next pause, at once when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const pause = this.#nextMs * (1 - Math.random() / 2)
    this.#nextMs = Math.min(this.#nextMs * 2, this.#mostMs)
    try {
      await sleep(pause, undefined, {signal})
    } catch (thrown) {
      if (!signal.aborted) throw thrown
    }
  }
}
