import type {Strategy} from '../unit/placement/choices.ts'
import type {Unit} from '../unit/unit.ts'
import type {Capacity} from './stock.ts'

/** All that a placement depends on. The same snapshot gives the same decisions, whatever the order of its lists. */
export interface Snapshot {
  /** The machines that are there. */
  readonly machines: readonly SnapshotMachine[]
  /** The units that are to be placed (loaded or launched). */
  readonly units: readonly SnapshotUnit[]
  /** Where units stand now, also unwanted ones and ones on machines that are gone. */
  readonly placements: readonly SnapshotPlacement[]
  /** What machines still run although it is not placed there any more. */
  readonly stopping: readonly SnapshotStopping[]
  /** Units whose record or file cannot be read: they stay where they are, whatever else happens. */
  readonly frozen: ReadonlySet<string>
  /** Machines that were lost a moment ago, also those whose units have been moved since. */
  readonly recentlyLost: ReadonlySet<string>
  /** Machines that are gone for good by the operator's word: they never make the engine hold. */
  readonly gone: ReadonlySet<string>
  /** For units that say none; `spread` unless given. */
  readonly strategy?: Strategy
  /** What operators wish to stand elsewhere, at most one a unit. */
  readonly moves?: readonly SnapshotMove[]
  /** For whom the last look made room, by unit, and on which machine: nobody is to have gone in vain. */
  readonly promised?: ReadonlyMap<string, string>
}

export interface SnapshotMachine {
  readonly id: string
  /** How reasons call it. */
  readonly label: string
  readonly metadata: Readonly<Record<string, string>>
  readonly drivers: readonly string[]
  /** Absent: without end. */
  readonly capacity?: Capacity
  /** Takes no new units. */
  readonly cordoned: boolean
  /** Takes no new units and gives away those it has. */
  readonly leaving: boolean
  /** Its units go elsewhere, so many at a time; it is cordoned as well. */
  readonly drain?: {readonly maxParallel: number; readonly reason?: string}
  /** Its record, or what the operator said of it, cannot be read: nothing new comes here, and what stands here stays. */
  readonly unreadable?: boolean
}

export interface SnapshotUnit {
  readonly unit: Unit
  /** A oneshot that has succeeded: it stays where it is and is not placed again. */
  readonly finished: boolean
}

export interface SnapshotPlacement {
  readonly unit: string
  readonly machine: string
  /** Grows with time: where two may not stand together, the later one goes. */
  readonly since: number
  /** Of one that is not wanted any more: what it was, as far as its file is known. It counts until it has stopped. */
  readonly known?: Unit
  /** By a move it came from this machine: there it stands as well until it runs here. */
  readonly from?: string
  /** It does not run here as it should: not yet, or it has failed. Absent where it does, and where nobody asks: nobody moves, and its family keeps none. */
  readonly pending?: 'starting' | 'failed'
}

export interface SnapshotMove {
  readonly unit: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

export interface SnapshotStopping {
  readonly name: string
  readonly machine: string
  /** Absent when its file is not known any more. */
  readonly unit?: Unit
}
