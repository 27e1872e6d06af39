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
  /** By glob: who here says it of others, and whom here it matches. */
  private readonly saying = new Map<string, Set<string>>()
  private readonly matched = new Map<string, Set<string>>()

  constructor(machine: SnapshotMachine, ties: Ties) {
    this.machine = machine
    this.ties = ties
  }

  /** How many units stand here: what "least loaded" counts. */
  get load(): number {
    return this.units.size
  }

  /** Somebody here with whom the unit conflicts: either side's word is enough, never against itself. */
  conflictOf({name, placement}: Unit): string | undefined {
    for (const glob of placement.conflicts) {
      const other = otherIn(this.matched.get(glob), name)
      if (other !== undefined) return other
    }
    for (const glob of this.ties.conflicts.against(name)) {
      const other = otherIn(this.saying.get(glob), name)
      if (other !== undefined) return other
    }
    return undefined
  }

  add(name: string, unit: Unit | undefined): void {
    if (this.units.has(name)) this.remove(name)
    this.units.set(name, unit)
    if (unit !== undefined && unit.placement.replaces.length > 0) this.replacing.add(name)
    for (const glob of unit?.placement.conflicts ?? []) setAt(this.saying, glob).add(name)
    for (const glob of this.ties.conflicts.against(name)) setAt(this.matched, glob).add(name)
  }

  remove(name: string): void {
    if (!this.units.has(name)) return
    for (const glob of this.units.get(name)?.placement.conflicts ?? []) this.saying.get(glob)?.delete(name)
    for (const glob of this.ties.conflicts.against(name)) this.matched.get(glob)?.delete(name)
    this.units.delete(name)
    this.replacing.delete(name)
  }
}

function otherIn(names: ReadonlySet<string> | undefined, name: string): string | undefined {
  for (const other of names ?? []) if (other !== name) return other
  return undefined
}

function setAt(sets: Map<string, Set<string>>, glob: string): Set<string> {
  const known = sets.get(glob)
  if (known !== undefined) return known
  const made = new Set<string>()
  sets.set(glob, made)
  return made
}
