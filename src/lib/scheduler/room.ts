import type {Unit} from '../unit/unit.ts'
import type {SnapshotMachine} from './snapshot.ts'

/** A machine while a schedule is made: what stands on it so far. */
export class Room {
  readonly machine: SnapshotMachine
  /** Units that stand here; undefined for one whose file cannot be read. */
  readonly units = new Map<string, Unit | undefined>()
  /** Those of them that have something against others. */
  readonly conflicting = new Map<string, Unit>()
  readonly replacing = new Map<string, Unit>()
  /** Units that were taken from here and have not stopped yet. */
  readonly stopping = new Map<string, Unit | undefined>()

  constructor(machine: SnapshotMachine) {
    this.machine = machine
  }

  /** How many units stand here: what "least loaded" counts. */
  get load(): number {
    return this.units.size
  }

  add(name: string, unit: Unit | undefined): void {
    this.units.set(name, unit)
    if (unit === undefined) return
    if (unit.placement.conflicts.length > 0) this.conflicting.set(name, unit)
    if (unit.placement.replaces.length > 0) this.replacing.set(name, unit)
  }

  remove(name: string): void {
    this.units.delete(name)
    this.conflicting.delete(name)
    this.replacing.delete(name)
  }
}
