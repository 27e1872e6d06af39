import type {DriverName, Unit} from '../unit/unit.ts'

/**
 * What runs units on a machine. An agent observes what runs, plans, and performs steps; it is woken by `watch`.
 * All times are milliseconds since the epoch, as the machine's engine says them.
 */
export interface Driver {
  /** The kinds of units it runs. */
  readonly kinds: readonly DriverName[]

  /** Where Docker's API is reached on this machine, for those who look in from elsewhere: `unix:///var/run/docker.sock`. */
  readonly docker?: string

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

  /** What each run that runs takes just now; one that ends meanwhile is left out. Throws UnreachableError as `capacity`. */
  use(signal?: AbortSignal): Promise<readonly RunUse[]>

  /** The last lines that the run printed, oldest first. */
  lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]>

  close(): void
}

/** What the engine knows of its machine; what it does not is left to the agent to measure. */
export interface Capacity {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes?: number
  /** Where it keeps what runs write. */
  readonly dataDirectory?: string
  /** Whether it gives the machine's GPUs to runs. */
  readonly gpus?: boolean
}

/** What a run takes of its machine; null where the engine does not count it. */
export interface RunUse {
  readonly unit: string
  /** The engine's id of the run. */
  readonly run: string
  readonly driver: DriverName
  /** When the engine looked: two looks at one run tell its share of the time between them. */
  readonly at: number
  /** Of all CPUs together, since the run began. */
  readonly cpuSeconds: number | null
  readonly memoryBytes: number | null
}

/** One run of a unit that the engine holds: for Docker a container, for systemd a unit that was written for it. */
export interface Run {
  /** The engine's id of it. */
  readonly id: string
  readonly unit: string
  readonly driver: DriverName
  readonly identity: RunIdentity
  readonly phase: 'created' | 'running' | 'paused' | 'exited' | 'dead'
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly exitCode?: number
  readonly oomKilled?: boolean
  readonly health?: 'starting' | 'healthy' | 'unhealthy'
  /** The engine's words when it could not start. */
  readonly error?: string
  /** It was set aside for its successor: it is there for what it printed, and counts for nothing else. */
  readonly aside?: true
  /** Of an engine that keeps its runs running by itself, as their unit files say: the agent decides nothing for them. */
  readonly supervised?: Supervised
}

/** What such an engine says of a run. A run in its hands counts as running until it has come to an end. */
export interface Supervised {
  /** In systemd's words. */
  readonly load: string
  readonly active: string
  readonly sub: string
  /** `start` was carried out, and no `stop` since. What other units start or stop changes nothing in it. */
  readonly launched: boolean
  /** Hash of the unit file's text that the engine has. */
  readonly file: string
  /** Starts that the engine made by itself after an end. */
  readonly restarts: number
  /** Why it is not well. */
  readonly reason?: string
  /** The last start came to nothing, for something else than the unit itself: it counts as not launched. */
  readonly refused?: {readonly reason: string; readonly at: number}
}

/** What a run was made from; it keeps as long as these agree with what is assigned. */
export interface RunIdentity {
  /** Hash of all in the unit file that decides what runs. */
  readonly runHash: string
  /** Counts the operator's wishes for a fresh start. */
  readonly generation: number
}

interface Written {
  readonly unit: Unit
  readonly identity: RunIdentity
  /** Hash of the unit file's text. */
  readonly file: string
  /** Units that it depends on and that another engine runs here. */
  readonly attended?: readonly string[]
}

export interface DriverStepArguments {
  /**
   * Makes the unit, as this file has it, known to an engine that supervises, without starting it, or anew beside its run;
   * for others nothing.
   */
  load: Written
  /** Has ready what the start needs: an image. May be long. */
  prepare: {readonly unit: Unit}
  /**
   * Makes a run of the unit file with this hash and starts it; the run itself remembers how long it may take to stop
   * (`stopSeconds(unit)`).
   */
  start: Written
  /** `graceSeconds` between the stop signal and the kill, Infinity for never; absent: as the run was made to be stopped. */
  stop: {readonly run: Run; readonly graceSeconds?: number}
  /**
   * Keeps a run that has ended, and that nobody supervised, for what it printed, and frees what its successor needs, such as its name: from then on it is
   * observed as `aside`.
   */
  'set-aside': {readonly run: Run}
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
