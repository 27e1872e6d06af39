import type {Capacity, Driver, DriverStep, Run, RunUse} from '../../src/lib/drivers/driver.ts'

/** A driver whose answers can be held up or refused on their way. */
export class DisturbedDriver implements Driver {
  readonly kinds: Driver['kinds']
  private readonly inner: Driver
  /** Awaited before each step is carried out; what it throws is the step's failure. */
  beforeStep: ((step: DriverStep) => Promise<void> | void) | undefined
  /** Awaited between a look and its answer; what it throws is the failure of the look. */
  afterLook: (() => Promise<void> | void) | undefined

  constructor(inner: Driver) {
    this.inner = inner
    this.kinds = inner.kinds
  }

  capacity(signal?: AbortSignal): Promise<Capacity> {
    return this.inner.capacity(signal)
  }

  async observe(signal?: AbortSignal): Promise<readonly Run[]> {
    const runs = await this.inner.observe(signal)
    await this.afterLook?.()
    return runs
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    return this.inner.watch(changed, signal)
  }

  async perform(step: DriverStep, signal: AbortSignal): Promise<void> {
    await this.beforeStep?.(step)
    await this.inner.perform(step, signal)
  }

  use(signal?: AbortSignal): Promise<readonly RunUse[]> {
    return this.inner.use(signal)
  }

  lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
    return this.inner.lastLines(run, count, signal)
  }

  close(): void {
    this.inner.close()
  }
}
