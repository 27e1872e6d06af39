import type {Unit} from '../unit/unit.ts'
import {BySeat} from './by-seat.ts'
import {familyOf} from './census.ts'
import type {Ground} from './ground.ts'
import type {Room} from './room.ts'
import type {Snapshot, SnapshotPlacement} from './snapshot.ts'

/** By family, how many units run since before this pass and keep a place where they do. */
export function runningByFamily({placements}: Snapshot, ground: Ground): Map<string, number> {
  const running = new Map<string, number>()
  // One that moves may run in two places.
  const moving = new Set<string>()
  for (const {unit, machine, pending} of placements) {
    if (pending !== undefined || !ground.standsOn(unit, machine) || moving.has(unit)) continue
    if (ground.seatsOf(unit).size > 1) moving.add(unit)
    const family = familyOf(unit)
    running.set(family, (running.get(family) ?? 0) + 1)
  }
  return running
}

/** Who may go for others: of each family as many stay as it keeps, of those that run. */
export class Spares {
  private readonly snapshot: Snapshot
  private readonly ground: Ground
  private readonly isNew: (name: string, machine: string) => boolean
  private readonly pending = new BySeat<SnapshotPlacement>()
  private running: Map<string, number> | undefined

  /** `isNew`: whether a unit was only now given this place. Nobody misses what has not come yet. */
  constructor(snapshot: Snapshot, ground: Ground, isNew: (name: string, machine: string) => boolean) {
    this.snapshot = snapshot
    this.ground = ground
    this.isNew = isNew
    for (const placement of snapshot.placements) if (placement.pending !== undefined) this.pending.set(placement)
  }

  /** Whether its family has what it keeps when the unit leaves this room, and so many of each family with it. */
  mayGo(unit: Unit, room: Room, going: ReadonlyMap<string, number>): boolean {
    const floor = unit.placement.keepAtLeast ?? 0
    if (floor === 0 || !this.mustStop(unit, room)) return true
    this.running ??= runningByFamily(this.snapshot, this.ground)
    const family = familyOf(unit.name)
    const left = (this.running.get(family) ?? 0) - (going.get(family) ?? 0)
    return (this.serves(unit, room) ? left - 1 : left) >= floor
  }

  /** Whether the unit is in this room already, and not only to come there. */
  mustStop({name}: Unit, {machine}: Room): boolean {
    return !this.isNew(name, machine.id)
  }

  /** Whether its family has one less when the unit leaves this room. */
  serves(unit: Unit, room: Room): boolean {
    return this.mustStop(unit, room) && !this.pending.holds(unit.name, room.machine.id)
  }

  /** The unit is about to leave this room. */
  take(unit: Unit, room: Room): void {
    if (!this.serves(unit, room)) return
    const family = familyOf(unit.name)
    this.running?.set(family, (this.running.get(family) ?? 0) - 1)
  }
}
