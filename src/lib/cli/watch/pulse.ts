import {setTimeout as sleep} from 'node:timers/promises'
import {UnreachableError} from '../../base/errors.ts'
import type {Store} from '../../store/store.ts'

const everyMs = 3000
const patienceMs = 2000

export interface PulseOptions {
  /** A key that the reader may read; whether it exists does not matter. */
  readonly key: string
  readonly signal: AbortSignal
  readonly onChange: () => void
}

/**
 * Whether the store still answers: a watch alone is silent when nothing happens and when nothing can be heard. One key is asked
 * for every three seconds.
 */
export class Pulse {
  /** Since when it does not answer, in milliseconds since the epoch; undefined while it does. */
  awaySince: number | undefined
  private readonly store: Store
  private readonly options: PulseOptions

  constructor(store: Store, options: PulseOptions) {
    this.store = store
    this.options = options
  }

  /** Goes on until the signal aborts. */
  async run(): Promise<void> {
    const {signal, onChange} = this.options
    while (!signal.aborted) {
      await sleep(everyMs, undefined, {signal}).catch(() => {})
      if (signal.aborted) return
      const asked = Date.now()
      const before = this.awaySince
      this.awaySince = (await this.answers()) ? undefined : (before ?? asked)
      if (this.awaySince !== before) onChange()
    }
  }

  private async answers(): Promise<boolean> {
    const patience = AbortSignal.timeout(patienceMs)
    try {
      await this.store.get([this.options.key], {signal: AbortSignal.any([this.options.signal, patience])})
      return true
    } catch (thrown) {
      // A refusal is an answer, too.
      return !(thrown instanceof UnreachableError || patience.aborted)
    }
  }
}
