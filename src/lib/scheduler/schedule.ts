import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import type {Decision} from './decision.ts'
import {objectionToPlace, objectionToReturn, objectionToStay, replaces} from './filters.ts'
import {holdReason} from './hold.ts'
import {describeObjection, type Objection} from './objection.ts'
import {Room} from './room.ts'
import type {Snapshot, SnapshotPlacement, SnapshotUnit} from './snapshot.ts'

/**
 * Decides which units go where: first who must leave, then where everyone without a place goes, least loaded machine
 * first. Pure and deterministic; a unit that fits nowhere is refused with each machine's objection.
 * At rest (every wanted unit well placed or refused) the only decisions are the refusals.
 */
export function schedule(snapshot: Snapshot): readonly Decision[] {
  const pass = new Pass(snapshot)
  pass.seatThePlaced()
  pass.dropFollowers()
  pass.placeTheRest()
  return pass.decisions
}

class Pass {
  readonly decisions: Decision[] = []
  private readonly snapshot: Snapshot
  private readonly holds: boolean
  private readonly wanted: ReadonlyMap<string, SnapshotUnit>
  private readonly rooms = new Map<string, Room>()
  /** Where each unit stands in the schedule as it grows. */
  private readonly seats = new Map<string, Set<string>>()

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
    this.holds = holdReason(snapshot) !== undefined
    this.wanted = new Map(snapshot.units.map(unit => [unit.unit.name, unit]))
    for (const machine of [...snapshot.machines].sort((a, b) => compareNatural(a.id, b.id)))
      this.rooms.set(machine.id, new Room(machine))
    for (const {name, machine, unit} of snapshot.stopping) this.rooms.get(machine)?.stopping.set(name, unit)
  }

  /** Everyone keeps their place, the longest-standing first, unless something speaks against it. */
  seatThePlaced(): void {
    for (const placement of [...this.snapshot.placements].sort(bySeniority)) {
      const reason = this.reasonToLeave(placement)
      if (reason === undefined) this.seat(placement.unit, placement.machine)
      else this.decisions.push({kind: 'evict', unit: placement.unit, machine: placement.machine, reason})
    }
  }

  /** Those who stand where they do only because of another (MachineOf), or against another (Replaces), until nobody moves. */
  dropFollowers(): void {
    for (let moved = true; moved; ) {
      moved = false
      for (const [name, machines] of this.seats) {
        const wanted = this.wanted.get(name)
        if (wanted === undefined || wanted.finished || this.snapshot.frozen.has(name)) continue
        for (const machine of machines) {
          const room = this.rooms.get(machine)
          if (room === undefined || room.machine.unreadable) continue
          const objection = objectionToStay(wanted.unit, room)
          if (objection === undefined) continue
          this.evict(name, machine, `machine ${room.machine.label} ${describeObjection(objection)}`)
          moved = true
        }
      }
    }
  }

  /** Globals first, since they have least choice; then rounds over the rest, because peers must be placed before their followers. */
  placeTheRest(): void {
    const units = [...this.wanted.values()].filter(unit => !unit.finished).map(({unit}) => unit)
    units.sort((a, b) => compareNatural(a.name, b.name))
    for (const unit of units) if (unit.placement.global) this.placeGlobal(unit)
    let waiting = units.filter(unit => !unit.placement.global && !this.seats.get(unit.name)?.size)
    for (let placed = true; placed && waiting.length > 0; ) {
      const count = waiting.length
      const next: Unit[] = []
      for (const unit of waiting) next.push(...this.placeOrReturn(unit))
      waiting = next
      placed = waiting.length < count
    }
    for (const unit of waiting) this.decisions.push({kind: 'refuse', unit: unit.name, objections: this.objections(unit)})
  }

  private reasonToLeave({unit: name, machine}: SnapshotPlacement): string | undefined {
    if (this.snapshot.frozen.has(name)) return undefined
    const wanted = this.wanted.get(name)
    if (wanted === undefined) return 'no longer wanted here'
    const room = this.rooms.get(machine)
    if (room === undefined) {
      if (this.holds && !this.snapshot.gone.has(machine)) return undefined
      return `machine ${machine} is lost`
    }
    if (wanted.finished || room.machine.unreadable) return undefined
    if (!wanted.unit.placement.global && this.seats.get(name)?.size)
      return `it stands on machine ${[...(this.seats.get(name) ?? [])].join()} already`
    const objection = objectionToReturn(wanted.unit, room)
    return objection && `machine ${room.machine.label} ${describeObjection(objection)}`
  }

  private placeGlobal(unit: Unit): void {
    const objections: Objection[] = []
    for (const room of this.rooms.values()) {
      if (room.units.has(unit.name)) continue
      const objection = objectionToPlace(unit, room)
      if (objection === undefined) this.place(unit, room, 'global: on every machine that fits')
      else objections.push(objection)
    }
    if (!this.seats.get(unit.name)?.size) this.decisions.push({kind: 'refuse', unit: unit.name, objections})
  }

  /** Places the unit; what must be placed another time comes back: itself when nothing fits yet, or those it replaces. */
  private placeOrReturn(unit: Unit): readonly Unit[] {
    let best: Room | undefined
    let fitting = 0
    for (const room of this.rooms.values()) {
      if (objectionToPlace(unit, room) !== undefined) continue
      fitting++
      if (best === undefined || room.load < best.load) best = room
    }
    if (best === undefined) return [unit]
    this.place(unit, best, reasonToPlace(unit, fitting))
    return this.makeWay(unit, best)
  }

  private makeWay(unit: Unit, room: Room): readonly Unit[] {
    if (unit.placement.replaces.length === 0) return []
    const moved: Unit[] = []
    for (const other of room.units.values()) {
      if (other === undefined || !replaces(unit, other)) continue
      this.evict(other.name, room.machine.id, `replaced by ${unit.name}`)
      moved.push(other)
    }
    return moved
  }

  private objections(unit: Unit): readonly Objection[] {
    return [...this.rooms.values()].flatMap(room => objectionToPlace(unit, room) ?? [])
  }

  private place(unit: Unit, room: Room, reason: string): void {
    this.seat(unit.name, room.machine.id)
    this.decisions.push({kind: 'place', unit: unit.name, machine: room.machine.id, reason})
  }

  private seat(name: string, machine: string): void {
    const seats = this.seats.get(name)
    if (seats === undefined) this.seats.set(name, new Set([machine]))
    else seats.add(machine)
    this.rooms.get(machine)?.add(name, this.snapshot.frozen.has(name) ? undefined : this.wanted.get(name)?.unit)
  }

  /** Takes back a seat, and the placement of this very pass with it. */
  private evict(name: string, machine: string, reason: string): void {
    this.seats.get(name)?.delete(machine)
    this.rooms.get(machine)?.remove(name)
    const own = this.decisions.findIndex(
      decision => decision.kind === 'place' && decision.unit === name && decision.machine === machine,
    )
    if (own >= 0) this.decisions.splice(own, 1)
    else this.decisions.push({kind: 'evict', unit: name, machine, reason})
  }
}

function bySeniority(a: SnapshotPlacement, b: SnapshotPlacement): number {
  return a.since - b.since || compareNatural(a.unit, b.unit) || compareNatural(a.machine, b.machine)
}

function reasonToPlace({placement}: Unit, fitting: number): string {
  if (placement.machineOf.length > 0) return `next to ${placement.machineOf.join(' and ')}`
  return fitting === 1 ? 'the only machine that fits' : `least loaded of ${fitting} machines that fit`
}
