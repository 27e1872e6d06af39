import type {DriverName} from '../unit/unit.ts'
import {type Capacity, type Driver, type DriverStep, type Run, type RunUse, StepError} from './driver.ts'

/** One driver made of several: each unit and each run goes to the one that has its kind. The first says what the machine has. */
export function severalDrivers(drivers: readonly [Driver, ...Driver[]]): Driver {
  return drivers.length === 1 ? drivers[0] : new SeveralDrivers(drivers)
}

class SeveralDrivers implements Driver {
  readonly kinds: readonly DriverName[]
  readonly docker?: string
  readonly #drivers: readonly [Driver, ...Driver[]]

  constructor(drivers: readonly [Driver, ...Driver[]]) {
    this.#drivers = drivers
    this.kinds = drivers.flatMap(({kinds}) => kinds)
    const docker = drivers.find(driver => driver.docker !== undefined)?.docker
    if (docker !== undefined) this.docker = docker
  }

  capacity(signal?: AbortSignal): Promise<Capacity> {
    return this.#drivers[0].capacity(signal)
  }

  async observe(signal?: AbortSignal): Promise<readonly Run[]> {
    return (await Promise.all(this.#drivers.map(driver => driver.observe(signal)))).flat()
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#drivers.map(driver => driver.watch(changed, signal)))
  }

  perform(step: DriverStep, signal: AbortSignal): Promise<void> {
    return this.#driverOf('unit' in step ? step.unit.driver : step.run.driver).perform(step, signal)
  }

  async use(signal?: AbortSignal): Promise<readonly RunUse[]> {
    return (await Promise.all(this.#drivers.map(driver => driver.use(signal)))).flat()
  }

  lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
    return this.#driverOf(run.driver).lastLines(run, count, signal)
  }

  close(): void {
    for (const driver of this.#drivers) driver.close()
  }

  #driverOf(kind: DriverName): Driver {
    const found = this.#drivers.find(({kinds}) => kinds.includes(kind))
    if (found === undefined) throw new StepError(`this machine has no ${kind} driver`, {retryable: false})
    return found
  }
}
