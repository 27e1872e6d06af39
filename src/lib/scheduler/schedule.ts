import type {Unit} from '../unit/unit.ts'
import {Awaiting} from './awaiting.ts'
import {BySeat} from './by-seat.ts'
import {type Decided, type Decision, reasonToPlace, type Unwish} from './decision.ts'
import {Departures, type Kept} from './drain.ts'
import {objectionToPlace, objectionToReturn, objectionToStay} from './filters.ts'
import {Ground} from './ground.ts'
import {holdReason} from './hold.ts'
import {Moves} from './moves.ts'
import {describeObjection, type Objection} from './objection.ts'
import {byPriority, priorityOf, queueUp} from './priority.ts'
import type {Room} from './room.ts'
import {bySeniority} from './seats.ts'
import type {Snapshot, SnapshotPlacement} from './snapshot.ts'
import {Spares} from './spares.ts'
import {roomForAll} from './together.ts'
import {leavingFor, Ways} from './ways.ts'

/**
 * Decides which units go where: first who must leave, then where everyone without a place goes, least loaded machine
 * first. Pure and deterministic; a unit that fits nowhere is refused with each machine's objection.
 * At rest (every wanted unit well placed or refused) the only decisions are the refusals. A pass comes to rest by itself
 * but for those who wait until somebody, taken away by this very pass, has stopped.
 */
export function schedule(snapshot: Snapshot): readonly Decision[] {
  return passOver(snapshot).decisions()
}

/** As `schedule`, with what the pass leaves: for who asks why, and for who goes on from there. */
export function scheduleAndShow(snapshot: Snapshot): {
  readonly decisions: readonly Decision[]
  readonly unwished: readonly Unwish[]
  readonly rooms: readonly Room[]
  /** What keeps units on machines that are drained. */
  readonly kept: readonly Kept[]
  readonly ground: Ground
} {
  const pass = passOver(snapshot)
  const {ground, unwished, kept} = pass
  return {decisions: pass.decisions(), unwished, rooms: [...ground.rooms.values()], kept, ground}
}

function passOver(snapshot: Snapshot): Pass {
  const pass = new Pass(snapshot)
  pass.seatThePlaced()
  pass.settleMoves()
  pass.dropTheBound()
  pass.keepPromises()
  do pass.placeTheRest()
  while (pass.dropTheBound())
  if (pass.makeWay()) pass.placeTheRest()
  pass.beginMoves()
  return pass
}

class Pass {
  readonly ground: Ground
  private readonly snapshot: Snapshot
  private readonly holds: boolean
  /** Whom to place, each after those that its place depends on. */
  private readonly sequence: readonly Unit[]
  /** Who was taken from a machine by this very pass, and has not come back to it. */
  private readonly evicted = new BySeat<Decided>()
  private readonly placed = new BySeat<Decided>()
  /** Who has no seat, as long as nobody else has lost theirs. */
  private homeless: readonly Unit[] | undefined
  private readonly awaiting = new Awaiting()
  private readonly moves: Moves
  readonly unwished: Unwish[] = []
  readonly kept: Kept[] = []

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
    this.holds = holdReason(snapshot) !== undefined
    this.ground = new Ground(snapshot)
    this.moves = new Moves(snapshot, this.ground)
    this.sequence = this.ground.inOrder(this.ground.wanted.values())
  }

  /** Everyone keeps their place, the longest-standing first, unless something speaks against it. */
  seatThePlaced(): void {
    for (const placement of [...this.snapshot.placements].sort(bySeniority)) {
      const reason = this.reasonToLeave(placement)
      if (reason !== undefined) {
        this.evict(placement, reason)
        continue
      }
      this.moves.see(placement)
      this.ground.seat(placement.unit, placement.machine)
    }
  }

  /** Whoever runs where it is moved to leaves where it came from; a move that is not wanted any more is taken back. */
  settleMoves(): void {
    for (const {leaves, reason} of this.moves.settle()) this.evict(leaves, reason)
  }

  /** Has units move that are to stand elsewhere. */
  beginMoves(): void {
    const {ground, snapshot, moves} = this
    if (this.holds || !moves.areWanted) return
    const decided = new Set([...this.evicted.all(), ...this.placed.all()].map(({unit}) => unit))
    const departures = new Departures({
      ...{ground, snapshot, moving: moves.underWay},
      wasDecided: unit => decided.has(unit),
      evict: (unit, machine, reason) => this.evict({unit, machine}, reason),
      move: (unit, room, from, reason) => this.move(unit, room, from, reason),
    })
    this.unwished.push(...departures.asWished(snapshot.moves ?? []))
    this.kept.push(...departures.drain())
  }

  /** Takes away those who stand without whom they must stand beside, or with one who replaces them; whether there were any. */
  dropTheBound(): boolean {
    const bound = this.sequence.filter(({name}) => this.ground.bonds.depth(name) > 0)
    let dropped = false
    for (let moved = true; moved; ) {
      moved = false
      for (const unit of bound) {
        for (const machine of this.ground.seatsOf(unit.name)) {
          const room = this.ground.rooms.get(machine)
          if (room === undefined || room.machine.unreadable) continue
          const objection = objectionToStay(unit, room)
          if (objection === undefined) continue
          this.evict({unit: unit.name, machine}, `machine ${room.machine.label} ${describeObjection(objection)}`)
          moved = true
          dropped = true
        }
      }
    }
    return dropped
  }

  /** Those for whom room was made come first, or it would have been made in vain. */
  keepPromises(): void {
    const {ground, snapshot} = this
    const {promised = new Map<string, string>()} = snapshot
    if (promised.size === 0) return
    for (const unit of this.sequence) {
      const room = ground.rooms.get(promised.get(unit.name) ?? '')
      if (room === undefined || ground.hasSeat(unit.name) || !ground.bonds.isFree(unit) || this.mustStopFirst(unit)) continue
      const awaited = leavingFor(unit, room)
      if (objectionToPlace(unit, room) === undefined) this.place(unit, room, 'room came free for it')
      else if (awaited !== undefined) this.awaiting.expect(unit, {room, awaited})
    }
  }

  placeTheRest(): void {
    const doubtful: Unit[] = []
    for (const unit of this.sequence) {
      if (unit.placement.global) this.placeGlobal(unit)
      else if (this.ground.hasSeat(unit.name) || (!this.awaiting.has(unit.name) && this.placeTogether(unit))) continue
      doubtful.push(unit)
    }
    this.homeless = doubtful.filter(({name}) => !this.ground.hasSeat(name))
  }

  /** Has units of clearly lower priority give way to those that fit nowhere, and look for a place in their turn; whether it helped any. */
  makeWay(): boolean {
    const queue = this.stillHomeless()
      .filter(unit => this.ground.bonds.isFree(unit) && !this.awaiting.has(unit.name))
      .sort(byPriority)
    if (queue.length === 0) return false
    const spares = new Spares(this.snapshot, this.ground, (name, machine) => this.placed.holds(name, machine))
    const ways = new Ways(spares)
    let helped = false
    for (const unit of queue) {
      if (this.mustStopFirst(unit)) continue
      if (!this.placeAlone(unit)) {
        const way = ways.cheapest(unit, this.ground.shapes.of(unit))
        if (way === undefined) continue
        for (const victim of way.leave) {
          spares.take(victim, way.room)
          const reason = `it gives way to ${unit.name}, priority ${priorityOf(unit)} over ${priorityOf(victim)}`
          this.evict({unit: victim.name, machine: way.room.machine.id}, reason, unit.name)
          queueUp(victim, queue)
        }
        if (objectionToPlace(unit, way.room) === undefined)
          this.place(unit, way.room, 'others of lower priority were not there yet')
        else this.awaiting.expect(unit, way)
      }
      ways.haveChanged()
      helped = true
    }
    return helped
  }

  decisions(): readonly Decision[] {
    const evicted = this.evicted.all()
    const gaveWay = new Map(evicted.flatMap(each => (each.kind === 'evict' && each.for ? [[each.unit, each.for]] : [])))
    const refused = this.stillHomeless().map((unit): Decision => {
      const [promised, gaveWayTo] = [this.awaiting.machineOf(unit.name), gaveWay.get(unit.name)]
      const refusal = {kind: 'refuse', unit: unit.name, objections: this.objections(unit)} as const
      return {...refusal, ...(promised && {promised}), ...(gaveWayTo && {gaveWayTo})}
    })
    return [...evicted, ...this.placed.all(), ...refused]
  }

  private reasonToLeave(placement: SnapshotPlacement): string | undefined {
    const {unit: name, machine} = placement
    if (this.snapshot.frozen.has(name)) return undefined
    const unit = this.ground.wanted.get(name)
    if (unit === undefined) return 'no longer wanted here'
    const room = this.ground.rooms.get(machine)
    // What has come to its end has nothing to do elsewhere: moved, it would be done again.
    const stays = this.holds || this.ground.finished.has(name)
    if (room === undefined && (!stays || this.snapshot.gone.has(machine))) return `machine ${machine} is lost`
    const [seat, other] = unit.placement.global ? [] : this.ground.seatsOf(name)
    if (seat !== undefined && !(other === undefined && this.moves.isTarget(placement, seat)))
      return `it stands on machine ${this.ground.rooms.get(seat)?.machine.label ?? seat} already`
    if (room === undefined || room.machine.unreadable || this.ground.finished.has(name)) return undefined
    const objection = objectionToReturn(unit, room)
    return objection && `machine ${room.machine.label} ${describeObjection(objection)}`
  }

  private placeGlobal(unit: Unit): void {
    for (const room of this.ground.rooms.values()) {
      if (room.units.has(unit.name) || objectionToPlace(unit, room) !== undefined) continue
      this.place(unit, room, 'global: on every machine that fits')
    }
  }

  /** Places the unit, and those that go only with it, where all of them fit: where they come from, else least loaded; whether it could. */
  private placeTogether(unit: Unit): boolean {
    if (unit.placement.machineOf.length === 0 && this.ground.bonds.together(unit.name).length === 1) return this.placeAlone(unit)
    const units = this.ground.bonds.together(unit.name).flatMap(name => this.waiting(name) ?? [])
    if (units.some(each => this.mustStopFirst(each))) return false
    const {best, fitting} = roomForAll(units, this.ground.rooms.values(), ({name}, {machine}) =>
      this.evicted.holds(name, machine.id),
    )
    if (best !== undefined) for (const each of units) this.place(each, best, reasonToPlace(each, fitting))
    return best !== undefined
  }

  /** Where it is wished, else where this very pass has taken it from, else on the cheapest; whether it could. */
  private placeAlone(unit: Unit): boolean {
    if (this.mustStopFirst(unit)) return false
    const shape = this.ground.shapes.of(unit)
    const homes = this.evicted.of(unit.name).flatMap(({machine}) => this.ground.rooms.get(machine) ?? [])
    const first = [...this.moves.wishedFor(unit.name), ...homes].find(room => objectionToPlace(unit, room) === undefined)
    const room = first ?? shape.best(unit)
    if (room !== undefined) this.place(unit, room, shape.reason)
    return room !== undefined
  }

  /** Who fits nowhere. */
  private stillHomeless(): readonly Unit[] {
    this.homeless ??= this.sequence.filter(({name}) => !this.ground.hasSeat(name))
    return this.homeless
  }

  /** There are never to be two of it, and one still stops. */
  private mustStopFirst({name, placement}: Unit): boolean {
    return placement.onDisconnect === 'stop' && this.ground.isStopping(name)
  }

  private waiting(name: string): Unit | undefined {
    const unit = this.ground.wanted.get(name)
    return unit === undefined || this.ground.finished.has(name) || this.ground.hasSeat(unit.name) ? undefined : unit
  }

  private objections(unit: Unit): readonly Objection[] {
    const known = this.awaiting.objectionsTo(unit.name)
    if (known !== undefined) return known
    if (this.mustStopFirst(unit)) {
      const awaited: Objection = {kind: 'awaited', others: [unit.name]}
      return [...this.ground.rooms.values()].map(room => objectionToPlace(unit, room) ?? awaited)
    }
    if (unit.placement.machineOf.length > 0)
      return [...this.ground.rooms.values()].flatMap(room => objectionToPlace(unit, room) ?? [])
    return this.ground.shapes.of(unit).objections(unit, this.ground.rooms.values())
  }

  /** Who is placed where they were taken from by this very pass has not moved. */
  private place(unit: Unit, room: Room, reason: string): void {
    const [name, machine] = [unit.name, room.machine.id]
    if (!this.evicted.delete(name, machine)) this.placed.set({kind: 'place', unit: name, machine, reason})
    this.ground.seat(name, machine, unit)
  }

  private move(name: string, room: Room, from: string, reason: string): void {
    const machine = room.machine.id
    this.placed.set({kind: 'move', unit: name, machine, from, reason})
    this.ground.seat(name, machine)
  }

  /** Whoever stood there before this pass must stop first, and until then is not joined by those in conflict with them. */
  private evict({unit: name, machine, ...placement}: Omit<SnapshotPlacement, 'since'>, reason: string, by?: string): void {
    this.homeless = undefined
    if (this.placed.delete(name, machine)) {
      this.ground.takeBack(name, machine)
      return
    }
    this.evicted.set({kind: 'evict', unit: name, machine, reason, ...(by === undefined ? {} : {for: by})})
    this.ground.unseat(name, machine, placement.known)
  }
}
