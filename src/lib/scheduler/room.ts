import type {Unit} from '../unit/unit.ts'
import type {Bonds} from './bonds.ts'
import type {ConflictIndex} from './conflict-index.ts'
import type {SnapshotMachine} from './snapshot.ts'

/** What the units of a schedule have with each other. */
export interface Ties {
  readonly bonds: Bonds
  readonly conflicts: ConflictIndex
}

/** A machine while a schedule is made: what stands on it so far. */
export class Room {
  readonly machine: SnapshotMachine
  readonly ties: Ties
  /** Units that stand here; undefined for one whose file cannot be read. */
  readonly units = new Map<string, Unit | undefined>()
  /** Those of them that replace others. */
  readonly replacing = new Set<string>()
  /** Units that were taken from here and have not stopped yet. */
  readonly stopping = new Map<string, Unit | undefined>()
  /** By glob: how many units here say it, and how many here it matches. */
  private readonly said = new Map<string, number>()
  private readonly matched = new Map<string, number>()

  constructor(machine: SnapshotMachine, ties: Ties) {
    this.machine = machine
    this.ties = ties
  }

  /** How many units stand here: what "least loaded" counts. */
  get load(): number {
    return this.units.size
  }

  /** Whether somebody here, the unit itself included, stands on either side of one of its conflicts: false is certain. */
  mayConflict(unit: Unit): boolean {
    return (
      unit.placement.conflicts.some(glob => this.matched.has(glob)) ||
      this.ties.conflicts.against(unit.name).some(glob => this.said.has(glob))
    )
  }

  add(name: string, unit: Unit | undefined): void {
    if (this.units.has(name)) this.remove(name)
    this.units.set(name, unit)
    if (unit !== undefined && unit.placement.replaces.length > 0) this.replacing.add(name)
    this.count(name, unit, 1)
  }

  remove(name: string): void {
    if (!this.units.has(name)) return
    this.count(name, this.units.get(name), -1)
    this.units.delete(name)
    this.replacing.delete(name)
  }

  private count(name: string, unit: Unit | undefined, by: number): void {
    for (const glob of unit?.placement.conflicts ?? []) change(this.said, glob, by)
    for (const glob of this.ties.conflicts.against(name)) change(this.matched, glob, by)
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
