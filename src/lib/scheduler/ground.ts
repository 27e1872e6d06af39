import {MultiMap} from '../base/multi-map.ts'
import {compareNatural} from '../base/natural-order.ts'
import {noRequests} from '../unit/placement/requests.ts'
import type {Unit} from '../unit/unit.ts'
import {Bonds} from './bonds.ts'
import {Census} from './census.ts'
import {ConflictIndex} from './conflict-index.ts'
import {GlobIndex} from './glob-index.ts'
import {priorityOf} from './priority.ts'
import {Room, type Ties} from './room.ts'
import {Shapes} from './shapes.ts'
import type {Snapshot} from './snapshot.ts'

/** What a schedule is made on: the machines as rooms, the units that want a place, and where they stand so far. */
export class Ground {
  /** Units that want a place and can be understood, by name. */
  readonly wanted = new Map<string, Unit>()
  /** Those that have come to their end: they keep their place and want no other. */
  readonly finished = new Set<string>()
  readonly bonds: Bonds
  readonly conflicts: ConflictIndex
  readonly shapes: Shapes
  readonly census: Census
  /** By machine. */
  readonly rooms = new Map<string, Room>()
  private readonly seats = new MultiMap<string, string>()
  /** On how many machines each unit is still stopping. */
  private readonly stops = new Map<string, number>()

  /** Nobody stands anywhere yet; what is stopping is where it is. */
  constructor(snapshot: Snapshot) {
    for (const {unit, finished} of snapshot.units) {
      if (snapshot.frozen.has(unit.name)) continue
      this.wanted.set(unit.name, unit)
      if (finished) this.finished.add(unit.name)
    }
    const globs = new GlobIndex(namesIn(snapshot))
    this.bonds = new Bonds(this.wanted.values(), this.finished, globs)
    this.conflicts = new ConflictIndex(speakersIn(snapshot, this.wanted), globs)
    this.census = new Census(this.wanted.values())
    const ties: Ties = {bonds: this.bonds, conflicts: this.conflicts, census: this.census}
    for (const machine of [...snapshot.machines].sort((a, b) => compareNatural(a.id, b.id)))
      this.rooms.set(machine.id, new Room(machine, ties))
    for (const {name, machine, unit} of [...snapshot.stopping].sort((a, b) => compareNatural(a.name, b.name)))
      this.stopsOn(name, machine, unit ?? this.wanted.get(name))
    this.shapes = new Shapes(this.rooms.values(), ties, snapshot.strategy ?? 'spread')
  }

  /** The machines that a unit stands on, the longest first. */
  seatsOf(name: string): ReadonlySet<string> {
    return this.seats.get(name)
  }

  standsOn(name: string, machine: string): boolean {
    return this.seats.holds(name, machine)
  }

  hasSeat(name: string): boolean {
    return this.seats.has(name)
  }

  /** Also on a machine that is not there. `unit`: what takes room there, if it is known. */
  seat(name: string, machine: string, unit: Unit | undefined = this.takes(name)): void {
    this.seats.add(name, machine)
    const room = this.rooms.get(machine)
    if (room === undefined) return
    room.add(name, unit)
    room.changes++
  }

  /** It leaves its place, and holds what it has there until it has stopped. `known`: what it was, if it is not wanted any more. */
  unseat(name: string, machine: string, known?: Unit): void {
    this.seats.delete(name, machine)
    this.rooms.get(machine)?.remove(name)
    this.stopsOn(name, machine, this.wanted.get(name) ?? known)
    this.isFreer(machine)
  }

  /** The unit has come to its end, and needs nothing of its place any more. */
  finish(name: string): void {
    this.finished.add(name)
    for (const machine of this.seatsOf(name)) {
      const room = this.rooms.get(machine)
      room?.remove(name)
      room?.add(name, this.takes(name))
      this.isFreer(machine)
    }
  }

  /** What the unit says of others counts from now on. */
  hear(unit: Unit): void {
    for (const [glob, names] of this.conflicts.add(unit)) {
      for (const name of names) for (const machine of this.seatsOf(name)) this.rooms.get(machine)?.addMatch(glob, name)
    }
  }

  /** A machine still runs the unit, which is not placed there. */
  stopsOn(name: string, machine: string, known: Unit | undefined): void {
    const room = this.rooms.get(machine)
    if (room === undefined || room.stopping.has(name)) return
    room.addStopping(name, known)
    room.changes++
    this.stops.set(name, (this.stops.get(name) ?? 0) + 1)
  }

  hasStoppedOn(name: string, machine: string): void {
    const room = this.rooms.get(machine)
    if (!room?.stopping.has(name)) return
    room.hasStopped(name)
    this.isFreer(machine)
    const left = (this.stops.get(name) ?? 1) - 1
    if (left > 0) this.stops.set(name, left)
    else this.stops.delete(name)
  }

  isStopping(name: string): boolean {
    return this.stops.has(name)
  }

  /** As `unseat`, of one that never was there. */
  takeBack(name: string, machine: string): void {
    this.seats.delete(name, machine)
    this.rooms.get(machine)?.remove(name)
    this.isFreer(machine)
  }

  /** Whom to place, in order: globals first, since they have least choice; then by what depends on what, by priority, by name. */
  inOrder(units: Iterable<Unit>): readonly Unit[] {
    const rank = (unit: Unit) => (unit.placement.global ? -1 : this.bonds.depth(unit.name))
    return [...units]
      .filter(({name}) => !this.finished.has(name))
      .sort((a, b) => rank(a) - rank(b) || priorityOf(b) - priorityOf(a) || compareNatural(a.name, b.name))
  }

  /** These machines are not there any more; who stands on them still does, as far as is known. */
  close(machines: ReadonlySet<string>): void {
    for (const machine of machines) {
      for (const name of [...(this.rooms.get(machine)?.stopping.keys() ?? [])]) this.hasStoppedOn(name, machine)
      this.rooms.delete(machine)
    }
    this.shapes.close(machines)
  }

  private isFreer(machine: string): void {
    const room = this.rooms.get(machine)
    if (room === undefined) return
    room.changes++
    this.shapes.isFreer(room)
  }

  /** A unit that has come to its end takes nothing of its place. */
  private takes(name: string): Unit | undefined {
    const unit = this.wanted.get(name)
    return unit !== undefined && this.finished.has(name) ? {...unit, requests: noRequests} : unit
  }
}

/** All whose word counts: until they have stopped, also those who are not wanted any more. */
function* speakersIn({placements, stopping}: Snapshot, wanted: ReadonlyMap<string, Unit>): Generator<Unit> {
  yield* wanted.values()
  for (const {known} of placements) if (known !== undefined) yield known
  for (const {unit} of stopping) if (unit !== undefined) yield unit
}

function* namesIn({units, placements, stopping, frozen}: Snapshot): Generator<string> {
  for (const {unit} of units) yield unit.name
  for (const {unit} of placements) yield unit
  for (const {name} of stopping) yield name
  yield* frozen
}
