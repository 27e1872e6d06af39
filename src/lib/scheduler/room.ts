import {MultiMap} from '../base/multi-map.ts'
import type {Unit} from '../unit/unit.ts'
import type {Bonds} from './bonds.ts'
import type {Census} from './census.ts'
import type {ConflictIndex} from './conflict-index.ts'
import type {SnapshotMachine} from './snapshot.ts'
import {Stock} from './stock.ts'

/** What the units of a schedule have with each other. */
export interface Ties {
  readonly bonds: Bonds
  readonly conflicts: ConflictIndex
  readonly census: Census
}

/** A machine while a schedule is made: what stands on it so far. */
export class Room {
  readonly machine: SnapshotMachine
  readonly ties: Ties
  /** Units that stand here; undefined for one whose file cannot be read. */
  readonly units = new Map<string, Unit | undefined>()
  /** Those of them that replace others. */
  readonly replacing = new Set<string>()
  /** Units that were taken from here and have not stopped yet: what they hold is theirs until then. */
  readonly stopping = new Map<string, Unit | undefined>()
  readonly stock: Stock
  /** What there would be if nobody were here. */
  readonly whole: Stock
  /** Those of `units` that do not stand here yet: the room was made for them. */
  readonly expected = new Set<string>()
  /** How often what is here has changed; what is only tried, and put back, does not count. */
  changes = 0
  private readonly families = new Map<string, number>()
  /** By glob: who here says it of others, and whom here it matches. */
  private readonly saying = new MultiMap<string, string>()
  private readonly matched = new MultiMap<string, string>()

  constructor(machine: SnapshotMachine, ties: Ties) {
    this.machine = machine
    this.ties = ties
    this.stock = new Stock(machine.capacity)
    this.whole = new Stock(machine.capacity)
  }

  /**
   * What "least loaded" counts: hundredths of what is scarcest here, and half of one for each unit, so that without requests the
   * number of units alone decides.
   */
  get load(): number {
    return this.stock.share * 100 + this.units.size / 2
  }

  /** How many units of a family stand here, of one that anybody asks about. */
  countOf(family: string): number {
    return this.families.get(family) ?? 0
  }

  /** Whether somebody else here matches a glob that a unit of this pass says. */
  hasMatch(glob: string, unit: string): boolean {
    return this.matched.other(glob, unit) !== undefined
  }

  /** A unit was taken from here and has not stopped yet. */
  addStopping(name: string, unit: Unit | undefined): void {
    if (this.stopping.has(name)) return
    this.stopping.set(name, unit)
    if (unit !== undefined && !this.units.has(name)) this.stock.take(name, unit.requests)
  }

  /** Somebody here with whom the unit conflicts: either side's word is enough, never against itself. */
  conflictOf({name, placement}: Unit): string | undefined {
    for (const glob of placement.conflicts) {
      const other = this.matched.other(glob, name)
      if (other !== undefined) return other
    }
    for (const glob of this.ties.conflicts.against(name)) {
      const other = this.saying.other(glob, name)
      if (other !== undefined) return other
    }
    return undefined
  }

  /** Nothing of the unit is left here. */
  hasStopped(name: string): void {
    const unit = this.stopping.get(name)
    if (!this.stopping.delete(name)) return
    if (unit !== undefined && !this.units.has(name)) this.stock.giveBack(name, unit.requests)
  }

  /** A glob that was not said before matches a unit that stands here. */
  addMatch(glob: string, name: string): void {
    this.matched.add(glob, name)
  }

  /** As if all had stopped that are about to, until it is undone. */
  pretendStopped(): {readonly names: readonly string[]; undo(): void} {
    const before = [...this.stopping]
    const leaving = before.filter(([name]) => !this.units.has(name))
    for (const [name, unit] of leaving) {
      this.stopping.delete(name)
      if (unit !== undefined) this.stock.giveBack(name, unit.requests)
    }
    return {
      names: leaving.map(([name]) => name),
      undo: () => {
        for (const [name, unit] of leaving) this.addStopping(name, unit)
        // In the order of before: it is the first of several that a reason names.
        this.stopping.clear()
        for (const [name, unit] of before) this.stopping.set(name, unit)
      },
    }
  }

  /** From now on the room is as if the unit stood here, but for those who must stand beside it. */
  expect(unit: Unit): void {
    this.add(unit.name, unit)
    this.expected.add(unit.name)
    this.changes++
  }

  add(name: string, unit: Unit | undefined): void {
    if (this.units.has(name)) this.remove(name)
    this.units.set(name, unit)
    this.count(name, 1)
    if (unit !== undefined) {
      const returning = this.stopping.get(name)
      if (returning !== undefined) this.stock.giveBack(name, returning.requests)
      this.stock.take(name, unit.requests)
    }
    if (unit !== undefined && unit.placement.replaces.length > 0) this.replacing.add(name)
    for (const glob of unit?.placement.conflicts ?? []) this.saying.add(glob, name)
    for (const glob of this.ties.conflicts.against(name)) this.matched.add(glob, name)
  }

  remove(name: string): void {
    if (!this.units.has(name)) return
    const unit = this.units.get(name)
    this.count(name, -1)
    if (unit !== undefined) {
      this.stock.giveBack(name, unit.requests)
      const returning = this.stopping.get(name)
      if (returning !== undefined) this.stock.take(name, returning.requests)
    }
    for (const glob of unit?.placement.conflicts ?? []) this.saying.delete(glob, name)
    for (const glob of this.ties.conflicts.against(name)) this.matched.delete(glob, name)
    this.units.delete(name)
    this.replacing.delete(name)
  }

  private count(name: string, by: 1 | -1): void {
    const family = this.ties.census.askedFamilyOf(name)
    if (family === undefined) return
    this.families.set(family, this.countOf(family) + by)
    this.ties.census.move(family, this.machine, by)
  }
}
