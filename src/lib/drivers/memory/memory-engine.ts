import type {Run} from '../driver.ts'

/** One run, with what an engine keeps beside what it shows. */
export interface MemoryRun {
  readonly run: Run
  readonly lines: readonly string[]
}

/** What stands where Docker would: the runs of one or more machines. It outlives the drivers that are opened on it. */
export class MemoryEngine {
  readonly #machines = new Map<string, Machine>()
  #made = 0

  of(machine: string): readonly MemoryRun[] {
    return [...this.#machine(machine).runs.values()]
  }

  find(machine: string, id: string): MemoryRun | undefined {
    return this.#machine(machine).runs.get(id)
  }

  add(machine: string, run: Omit<Run, 'id'>, lines: readonly string[]): void {
    this.#made += 1
    this.put(machine, {run: {...run, id: `memory-${this.#made}`}, lines})
  }

  put(machine: string, held: MemoryRun): void {
    this.#machine(machine).runs.set(held.run.id, held)
    this.#tell(machine)
  }

  delete(machine: string, id: string): void {
    if (this.#machine(machine).runs.delete(id)) this.#tell(machine)
  }

  /** Calls `changed` after each change to the machine's runs until `signal` aborts. */
  listen(machine: string, changed: () => void, signal: AbortSignal): void {
    const {listeners} = this.#machine(machine)
    // Wrapped, so that one callback may listen twice.
    const listener = () => changed()
    listeners.add(listener)
    signal.addEventListener('abort', () => listeners.delete(listener), {once: true})
  }

  #tell(machine: string): void {
    for (const listener of this.#machine(machine).listeners) listener()
  }

  #machine(id: string): Machine {
    const known = this.#machines.get(id)
    if (known !== undefined) return known
    const made = {runs: new Map<string, MemoryRun>(), listeners: new Set<() => void>()}
    this.#machines.set(id, made)
    return made
  }
}

interface Machine {
  readonly runs: Map<string, MemoryRun>
  readonly listeners: Set<() => void>
}
