/** Ends somebody's wait: rung any number of times while nobody listens, it wakes the next listener once. */
export class Bell {
  private rung = false
  private wake: (() => void) | undefined

  ring(): void {
    this.rung = true
    this.wake?.()
  }

  /** Resolves at the next ring, at once when it rang since the last wait, after `milliseconds`, or when the signal aborts. */
  async wait(signal: AbortSignal, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.rung && !signal.aborted) await this.nextRing(signal, milliseconds)
    this.rung = false
  }

  private nextRing(signal: AbortSignal, milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        this.wake = undefined
        resolve()
      }
      const timer = milliseconds < longestTimer ? setTimeout(end, Math.max(0, milliseconds)) : undefined
      signal.addEventListener('abort', end, {once: true})
      this.wake = end
    })
  }
}

/** setTimeout counts in a signed 32-bit number. */
const longestTimer = 2 ** 31 - 1
