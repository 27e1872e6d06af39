import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import type {Unwish} from './decision.ts'
import {objectionToPlace} from './filters.ts'
import type {Ground} from './ground.ts'
import {drainReason, type MoveUnderWay} from './moves.ts'
import type {Objection} from './objection.ts'
import {byPriority} from './priority.ts'
import type {Room} from './room.ts'
import type {Snapshot, SnapshotMove} from './snapshot.ts'
import {runningByFamily} from './spares.ts'
import {fitTogether} from './together.ts'

/**
 * What keeps a unit on a machine that is drained: it fits `nowhere` else; it is a job that runs to its `end` first; so many of
 * its family must run (`floor`); it goes as soon as others have gone (`turn`).
 */
export interface Kept {
  readonly unit: string
  readonly machine: string
  readonly why: 'nowhere' | 'end' | 'floor' | 'turn'
}

/** The pass that units are moved in. */
export interface Moving {
  readonly ground: Ground
  readonly snapshot: Snapshot
  /** Those that are on their way since an earlier pass. */
  readonly moving: ReadonlyMap<string, MoveUnderWay>
  /** Whether this very pass has taken the unit away from somewhere, or placed it. */
  wasDecided(unit: string): boolean
  evict(unit: string, machine: string, reason: string): void
  /** A place beside the one that it has; in its stead, if it was taken away before. */
  move(unit: string, room: Room, from: string, reason: string): void
}

/** So many moves that operators wish are under way at a time. */
export const mostWished = 8

type Outcome = 'moves' | 'nowhere' | 'floor' | 'turn'

/**
 * Whose place is given to it elsewhere before it leaves: a unit runs there before it stops here. Units whose place depends on
 * others leave first and come there at once; those of which there may never be two come once they have stopped.
 */
export class Departures {
  private readonly pass: Moving
  /** Units of this pass that have been looked at. */
  private readonly seen = new Set<string>()
  private serving: Map<string, number> | undefined

  constructor(pass: Moving) {
    this.pass = pass
  }

  /** Begins what operators wish; the wishes that are fulfilled, or cannot be. */
  asWished(wishes: readonly SnapshotMove[]): readonly Unwish[] {
    const over: Unwish[] = []
    const {ground, moving, snapshot} = this.pass
    let busy = wishes.filter(({unit}) => moving.has(unit)).length
    for (const wish of wishes.toSorted((a, b) => compareNatural(a.unit, b.unit))) {
      const unit = ground.wanted.get(wish.unit)
      if (snapshot.frozen.has(wish.unit) || moving.has(wish.unit) || this.seen.has(wish.unit)) continue
      const why = unit === undefined ? 'it is not wanted' : this.reasonToDrop(unit, wish)
      if (why !== undefined) over.push({unit: wish.unit, reason: why})
      else if (unit !== undefined && busy < mostWished && !this.pass.wasDecided(wish.unit)) {
        const to = ground.rooms.get(wish.to)
        const from = ground.rooms.get(wish.from)
        if (to === undefined || from === undefined || !ground.hasSeat(wish.unit)) continue
        this.seen.add(wish.unit)
        const outcome = this.begin(unit, from, {only: to, reason: wish.reason})
        if (outcome === 'moves') busy++
        else if (outcome === 'nowhere' && !passesByItself(unit, to))
          over.push({unit: wish.unit, reason: `machine ${to.machine.label} does not take it`})
      }
    }
    return over
  }

  /** Has those leave whose turn it is, machine by machine; what keeps the others. */
  drain(): readonly Kept[] {
    return [...this.pass.ground.rooms.values()].flatMap(room => (room.machine.drain === undefined ? [] : this.empty(room)))
  }

  private empty(room: Room): readonly Kept[] {
    const {ground, moving} = this.pass
    const {id, drain} = room.machine
    const reason = drainReason(drain?.reason)
    const kept: Kept[] = []
    const keep = (unit: string, why: Kept['why']) => kept.push({unit, machine: id, why})
    let free = (drain?.maxParallel ?? 1) - this.busyOn(room)
    const wasFree = free
    const here = [...room.units.values()].filter(unit => unit !== undefined && ground.wanted.has(unit.name) && !this.isOver(unit))
    for (const unit of here.filter(each => each !== undefined).sort(byPriority)) {
      const {name} = unit
      if (unit.placement.global || moving.has(name) || this.seen.has(name) || !ground.standsOn(name, id)) continue
      this.seen.add(name)
      if (this.pass.wasDecided(name)) keep(name, 'turn')
      else if (this.runsToItsEnd(unit, id)) keep(name, 'end')
      else if (free <= 0) keep(name, 'turn')
      else {
        const outcome = this.begin(unit, room, {reason})
        if (outcome === 'moves') free--
        else keep(name, outcome)
      }
    }
    if (free === wasFree && free > 0 && !kept.some(({why}) => why === 'turn')) this.takeGlobals(room, reason)
    return kept
  }

  /** Global units serve the others here, and leave last. */
  private takeGlobals(room: Room, reason: string): void {
    for (const unit of [...room.units.values()])
      if (unit?.placement.global && this.pass.ground.wanted.has(unit.name)) this.pass.evict(unit.name, room.machine.id, reason)
  }

  private begin(unit: Unit, from: Room, {only, reason}: {readonly only?: Room; readonly reason: string}): Outcome {
    const {ground} = this.pass
    if (!leavesFirst(unit, ground)) {
      const room = this.roomFor([unit], from, only)
      if (room !== undefined) {
        this.pass.move(unit.name, room, from.machine.id, reason)
        return 'moves'
      }
      if (unit.placement.maxPer === undefined) return 'nowhere'
    }
    const group = this.groupOf(unit, from)
    if (typeof group === 'string') return group
    for (const each of group) from.remove(each.name)
    ground.shapes.isFreer(from)
    const room = this.roomFor(group, from, only)
    for (const each of group) from.add(each.name, each)
    if (room === undefined) return 'nowhere'
    if (!this.maySpare(group)) return 'floor'
    for (const each of group) {
      this.seen.add(each.name)
      this.pass.evict(each.name, from.machine.id, reason)
    }
    // Where there are never to be two it comes once it has stopped.
    if (group.some(({placement}) => placement.onDisconnect === 'stop')) return 'moves'
    for (const each of group) this.pass.move(each.name, room, from.machine.id, reason)
    return 'moves'
  }

  private roomFor(group: readonly Unit[], from: Room, only: Room | undefined): Room | undefined {
    const {ground} = this.pass
    const [first] = group
    if (first === undefined) return undefined
    const isAlone = group.length === 1 && first.placement.machineOf.length === 0
    if (isAlone && only === undefined) {
      const best = ground.shapes.of(first).best(first)
      return best === from ? undefined : best
    }
    const rooms = only === undefined ? [...ground.rooms.values()] : [only]
    return rooms
      .filter(room => room !== from && fitTogether(group, room))
      .reduce<Room | undefined>((best, room) => (best === undefined || room.load < best.load ? room : best), undefined)
  }

  /**
   * The unit with those that must stand beside it here, and beside whom it must, in an order in which they can be placed; or why they
   * do not go, or not now.
   */
  private groupOf(unit: Unit, room: Room): readonly Unit[] | 'nowhere' | 'turn' {
    const {ground, moving} = this.pass
    const group = new Map([[unit.name, unit]])
    for (const each of group.values()) {
      for (const other of room.units.values()) {
        if (other === undefined || group.has(other.name)) continue
        if (!other.placement.machineOf.includes(each.name) && !each.placement.machineOf.includes(other.name)) continue
        const isMovable =
          ground.wanted.has(other.name) &&
          !other.placement.global &&
          !this.isOver(other) &&
          !this.runsToItsEnd(other, room.machine.id)
        if (!isMovable || !ground.standsOn(other.name, room.machine.id)) return 'nowhere'
        if (moving.has(other.name) || this.pass.wasDecided(other.name)) return 'turn'
        group.set(other.name, other)
      }
    }
    return [...group.values()].sort((a, b) => ground.bonds.depth(a.name) - ground.bonds.depth(b.name) || byPriority(a, b))
  }

  /** Whether the families of these have enough others that run; counted for this pass if so. */
  private maySpare(group: readonly Unit[]): boolean {
    this.serving ??= runningByFamily(this.pass.snapshot, this.pass.ground)
    const {serving} = this
    const gone = Map.groupBy(group, ({name}) => familyOf(name))
    for (const [family, units] of gone) {
      const floor = Math.max(...units.map(({placement}) => placement.keepAtLeast ?? 0))
      if (floor > 0 && (serving.get(family) ?? 0) - units.length < floor) return false
    }
    for (const [family, units] of gone) serving.set(family, (serving.get(family) ?? 0) - units.length)
    return true
  }

  /** Units on their way from here, and those that still stop here; what has failed elsewhere and goes on here holds up nobody. */
  private busyOn({machine, stopping, units}: Room): number {
    const {snapshot, ground} = this.pass
    const busy = new Set([...stopping.keys()].filter(name => !units.has(name)))
    for (const {unit, from, pending, machine: at} of snapshot.placements) {
      if (from !== machine.id || pending === undefined || !ground.standsOn(unit, at)) continue
      if (pending === 'failed' && units.has(unit)) continue
      busy.add(unit)
    }
    return busy.size
  }

  private reasonToDrop(unit: Unit, {from, to}: SnapshotMove): string | undefined {
    const {ground} = this.pass
    const seats = ground.seatsOf(unit.name)
    if (unit.placement.global) return 'it is global'
    if (this.isOver(unit)) return 'it has come to its end'
    if (seats.size === 0 && unit.placement.onDisconnect === 'stop') return undefined
    if (!seats.has(from)) return seats.has(to) ? 'it is there' : 'it is not where it was any more'
    if (from === to) return 'it is there'
    if (this.runsToItsEnd(unit, from)) return 'it is a job, and runs to its end where it is'
    return ground.rooms.has(to) && ground.rooms.has(from) ? undefined : 'its machine is lost'
  }

  /** A job is not begun a second time while it has not failed. */
  private runsToItsEnd({name, service}: Unit, machine: string): boolean {
    if (service.type !== 'oneshot') return false
    const placement = this.pass.snapshot.placements.find(each => each.unit === name && each.machine === machine)
    return placement?.pending !== 'failed'
  }

  private isOver({name}: Unit): boolean {
    return this.pass.ground.finished.has(name)
  }
}

/** A unit that must not run twice, or whose place has to do with that of others. */
export function leavesFirst(unit: Unit, {bonds}: Ground): boolean {
  return unit.placement.onDisconnect === 'stop' || !bonds.isFree(unit)
}

function passesByItself(unit: Unit, room: Room): boolean {
  const objection: Objection | undefined = objectionToPlace(unit, room)
  return objection?.kind === 'stopping'
}
