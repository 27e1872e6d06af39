import {Limiter} from '../base/limiter.ts'
import {type Executors, type Step, type StepKind, unitOf} from './step.ts'

/**
 * How many steps of each kind run at once; starts cost a machine most, and more than four at a time gains nothing. What
 * systemd is to take up or let go of it reads again together.
 */
const widths: Readonly<Record<StepKind, number>> = {
  load: 64,
  prepare: 3,
  start: 4,
  stop: 64,
  'set-aside': 8,
  remove: 64,
  collect: 8,
}

export interface Doing {
  readonly step: Step
  /** The whole chain, so that a new plan can be held against it. */
  readonly chain: readonly Step[]
  /** When the chain was begun. */
  readonly since: number
}

export interface WorkshopEvents {
  /** Awaited before a step is carried out: it is on the record before it happens. `since`: when its chain was begun. */
  readonly begun: (step: Step, since: number) => Promise<void>
  /** Called when a step has failed; the rest of its chain is dropped. */
  readonly failed: (step: Step, error: unknown) => void
  readonly done: (step: Step) => void
  /** Called whenever a chain has ended, for whatever reason. */
  readonly idle: (unit: string) => void
}

/** Where steps are carried out: one chain a unit, several units at once. */
export class Workshop {
  private readonly executors: Executors
  private readonly events: WorkshopEvents
  private readonly signal: AbortSignal
  private readonly chains = new Map<
    string,
    Doing & {step: Step; begun: boolean; readonly abort: AbortController; readonly end: Promise<void>}
  >()
  private readonly limits: Readonly<Record<StepKind, Limiter>>

  constructor(executors: Executors, events: WorkshopEvents, signal: AbortSignal) {
    this.executors = executors
    this.events = events
    this.signal = signal
    const limit = (kind: StepKind) => new Limiter(widths[kind])
    this.limits = {
      load: limit('load'),
      prepare: limit('prepare'),
      start: limit('start'),
      stop: limit('stop'),
      'set-aside': limit('set-aside'),
      remove: limit('remove'),
      collect: limit('collect'),
    }
  }

  /** What is being done for the unit, if anything. */
  doing(unit: string): Doing | undefined {
    return this.chains.get(unit)
  }

  /** The units for which something is being done. */
  busyUnits(): Iterable<string> {
    return this.chains.keys()
  }

  get busy(): boolean {
    return this.chains.size > 0
  }

  /** Begins a chain for a unit that has none under way; `since` is the time. */
  begin(unit: string, chain: readonly Step[], since: number): void {
    const [first] = chain
    if (first === undefined || this.chains.has(unit)) return
    const abort = new AbortController()
    const entry = {step: first, begun: false, chain, since, abort, end: Promise.resolve()}
    this.chains.set(unit, entry)
    const signal = AbortSignal.any([this.signal, abort.signal])
    entry.end = this.carryOut(entry, signal, (step, begun) => {
      entry.step = step
      entry.begun = begun
    }).finally(() => {
      this.chains.delete(unit)
      this.events.idle(unit)
    })
  }

  /** Gives up a chain that waits for its turn or fetches: nothing that was begun on a run is left half done. */
  cancel(unit: string): void {
    const entry = this.chains.get(unit)
    if (entry !== undefined && (!entry.begun || entry.step.kind === 'prepare'))
      entry.abort.abort(new Error(`${unit}: not needed any more`))
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.chains.values()].map(entry => entry.end))
  }

  private async carryOut({chain, since}: Doing, signal: AbortSignal, now: (step: Step, begun: boolean) => void): Promise<void> {
    for (const step of chain) {
      now(step, false)
      try {
        await this.limits[step.kind].run(async () => {
          now(step, true)
          await this.events.begun(step, since)
          await execute(this.executors, step, signal)
        }, signal)
      } catch (error) {
        if (!signal.aborted) this.events.failed(step, error)
        return
      }
      this.events.done(step)
    }
  }
}

function execute<K extends StepKind>(executors: Executors, step: Step<K>, signal: AbortSignal): Promise<void> {
  return executors[step.kind](step, signal)
}

/** Whether a chain under way still does what a fresh plan asks for. */
export function stillWanted(doing: Doing, planned: readonly Step[] | undefined): boolean {
  return (
    planned?.some(step => step.kind === doing.step.kind && unitOf(step) === unitOf(doing.step) && sameTarget(step, doing.step)) ??
    false
  )
}

function sameTarget(a: Step, b: Step): boolean {
  const image = (step: Step) => (step.kind === 'prepare' ? step.unit.container?.image : undefined)
  return image(a) === image(b)
}
