import {TimeoutError} from '../../base/errors.ts'

/** A time that runs out, unless it is stopped; while somebody is being asked it stands still. */
export class Deadline {
  /** Aborts when the time is out, or when the signal given does. */
  readonly signal: AbortSignal
  private readonly out = new AbortController()
  private readonly reason: string
  private left: number
  private since = 0
  private timer: NodeJS.Timeout | undefined

  constructor(seconds: number, reason: string, signal: AbortSignal) {
    this.left = seconds * 1000
    this.reason = reason
    this.signal = AbortSignal.any([signal, this.out.signal])
    this.run()
  }

  /** Waits for something that a person takes their time for. */
  async pausedFor<T>(wait: () => Promise<T>): Promise<T> {
    this.stop()
    try {
      return await wait()
    } finally {
      this.run()
    }
  }

  stop(): void {
    clearTimeout(this.timer)
    if (this.timer !== undefined) this.left -= performance.now() - this.since
    this.timer = undefined
  }

  private run(): void {
    if (this.left === Number.POSITIVE_INFINITY) return
    this.since = performance.now()
    this.timer = setTimeout(() => this.out.abort(new TimeoutError(this.reason)), Math.max(0, this.left))
  }
}
