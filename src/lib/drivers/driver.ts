import type {Unit} from '../unit/unit.ts'

/**
 * What runs units on a machine. An agent observes what runs, plans, and performs steps; it is woken by `watch`.
 * All times are milliseconds since the epoch, as the machine's engine says them.
 */
export interface Driver {
  readonly name: string

  /** What the machine has, for its registration. Throws UnreachableError when the engine cannot be reached. */
  capacity(signal?: AbortSignal): Promise<Capacity>

  /**
   * Everything of this cluster and machine that the engine holds, running or not. What `perform` has done before the call
   * is in it, whether or not the engine has told of it yet: the agent would do it twice otherwise.
   */
  observe(signal?: AbortSignal): Promise<readonly Run[]>

  /** Calls `changed` whenever an observation may differ from the last, until `signal` aborts; survives the engine's restart. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>

  /** Carries out one step; resolves when the engine has done it. Throws StepError with the engine's words. */
  perform(step: DriverStep, signal: AbortSignal): Promise<void>

  /** The last lines that the run printed, oldest first. */
  lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]>

  close(): void
}

export interface Capacity {
  readonly cpus: number
  readonly memoryBytes: number
}

/** One run of a unit that the engine holds: for Docker a container. */
export interface Run {
  /** The engine's id of it. */
  readonly id: string
  readonly unit: string
  readonly identity: RunIdentity
  readonly phase: 'created' | 'running' | 'paused' | 'exited' | 'dead'
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly exitCode?: number
  readonly oomKilled?: boolean
  readonly health?: 'starting' | 'healthy' | 'unhealthy'
  /** The engine's words when it could not start. */
  readonly error?: string
}

/** What a run was made from; it keeps as long as these agree with what is assigned. */
export interface RunIdentity {
  /** Hash of all in the unit file that decides what runs. */
  readonly runHash: string
  /** Counts the operator's wishes for a fresh start. */
  readonly generation: number
}

export interface DriverStepArguments {
  /** Has ready what the start needs: an image. May be long. */
  prepare: {readonly unit: Unit}
  /** Makes a run and starts it; the run itself remembers how long it may take to stop (`stopSeconds(unit)`). */
  start: {readonly unit: Unit; readonly identity: RunIdentity}
  /** `graceSeconds` between the stop signal and the kill, Infinity for never; absent: as the run was made to be stopped. */
  stop: {readonly run: Run; readonly graceSeconds?: number}
  /** Removes a run that does not run, with what it left behind (not its named volumes). */
  remove: {readonly run: Run}
}

export type DriverStepKind = keyof DriverStepArguments
export type DriverStep<K extends DriverStepKind = DriverStepKind> = {
  [P in K]: {readonly kind: P} & DriverStepArguments[P]
}[K]

/** A step the engine refused; `retryable` false when trying again cannot help before something else changes. */
export class StepError extends Error {
  readonly retryable: boolean

  constructor(message: string, options: {readonly retryable: boolean; readonly cause?: unknown}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'StepError'
    this.retryable = options.retryable
  }
}
