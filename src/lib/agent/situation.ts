import type {Run, RunIdentity} from '../drivers/driver.ts'
import type {Unit} from '../unit/unit.ts'
import type {Ending} from './restart.ts'

/** All that an agent's plan depends on. Times are milliseconds since the epoch. */
export interface Situation {
  /** What is assigned to this machine and can be read. */
  readonly wanted: ReadonlyMap<string, Wanted>
  /** Units of which an assignment or file cannot be read, or not yet: whatever runs of them is left as it is. */
  readonly frozen: ReadonlySet<string>
  /** Why units that run here are not wanted here, as far as it is known. */
  readonly dismissed?: ReadonlyMap<string, string>
  readonly runs: readonly Run[]
  /** Runs that were set aside for their successors: one a unit at most is kept, for what it printed. */
  readonly aside: readonly Run[]
  readonly memories: ReadonlyMap<string, Memory>
  readonly now: number
  /** When the machine was booted: runs that began before did not end by themselves. */
  readonly bootedAt: number
  /** The machine's lease has run out or is about to: its units may be placed elsewhere soon, or are already. */
  readonly disconnected: boolean
  /** Seconds that are left then for a singleton to stop before the lease can have run out. */
  readonly graceLeft: number
}

/** Why a unit is not wanted here, where nothing more is known. */
export const notAssigned = 'not assigned to this machine'

export interface Wanted {
  readonly unit: Unit
  readonly file: string
  readonly identity: RunIdentity
  readonly desiredState: 'loaded' | 'launched'
  /** Why it is on this machine. */
  readonly reason: string
}

/** What the engine cannot tell of a unit's past here; it speaks of one identity and is void for another. */
export interface Memory {
  readonly identity: RunIdentity
  readonly starts: readonly number[]
  readonly restarts: number
  /** A oneshot that has succeeded. */
  readonly done: boolean
  /** A start that failed. */
  readonly ending?: Ending
  /** Refusals of a supervising engine, one after the other. */
  readonly refusals?: number
  /** The last lines of a run that failed. */
  readonly log?: {readonly run: string; readonly lines: readonly string[]}
}

export function freshMemory(identity: RunIdentity): Memory {
  return {identity, starts: [], restarts: 0, done: false}
}

export function sameIdentity(a: RunIdentity, b: RunIdentity): boolean {
  return a.runHash === b.runHash && a.generation === b.generation
}

/** The memory of this very identity, if there is one. */
export function memoryOf(situation: Pick<Situation, 'memories'>, wanted: Wanted): Memory | undefined {
  const memory = situation.memories.get(wanted.unit.name)
  return memory !== undefined && sameIdentity(memory.identity, wanted.identity) ? memory : undefined
}

/** Whether the unit, as its file has it now, is a oneshot that has succeeded. */
export function isDone({unit}: Wanted, memory: Memory | undefined): boolean {
  return isOnceForAll(unit) && memory?.done === true
}

/**
 * Whether one success is all that is asked of it. What systemd keeps active after its exit is a state of the machine: a boot
 * undoes it, and another machine needs it anew.
 */
export function isOnceForAll({service, driver}: Unit): boolean {
  return service.type === 'oneshot' && !(driver === 'systemd' && service.remainAfterExit)
}

export function isRunning(run: Run): boolean {
  return run.phase === 'running' || run.phase === 'paused'
}
