import type {Strategy} from '../unit/placement/choices.ts'
import type {Spread} from '../unit/placement/limits.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import {costOf, mayBecomeCheaper} from './cost.ts'
import {objectionOfMachine, objectionOfOthers, objectionToPlace} from './filters.ts'
import {Heap} from './heap.ts'
import type {Objection} from './objection.ts'
import type {Room, Ties} from './room.ts'

/**
 * Units that ask for the same have one shape: what speaks against one of them in a room speaks against all. While a pass
 * only fills rooms, what speaks against a shape in a room does so until the end; so each room is left out of a shape's
 * choice once, and the cheapest of the others is found in about log(machines).
 */
export class Shapes {
  private rooms: readonly Room[]
  private readonly ties: Ties
  private readonly strategy: Strategy
  private readonly known = new Map<string, Shape>()
  private readonly suiting = new Map<string, readonly Ranked[]>()

  /** `strategy`: of units that say none. */
  constructor(rooms: Iterable<Room>, ties: Ties, strategy: Strategy) {
    this.rooms = [...rooms]
    this.ties = ties
    this.strategy = strategy
  }

  of(unit: Unit): Shape {
    const asked = askedOf(unit)
    const others = [...this.ties.conflicts.against(unit.name), ...this.ties.bonds.replacersOf(unit.name)]
    const key = others.length === 0 ? asked.all : `${asked.all}\n${others.join(' ')}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const made = new Shape(unit, this.roomsThatSuit(unit, asked.ofMachine), unit.placement.strategy ?? this.strategy)
    this.known.set(key, made)
    return made
  }

  /** Somebody has left a room: what spoke against a shape there may not do so any more. */
  forget(): void {
    this.known.clear()
  }

  /** These machines are not there any more. */
  close(machines: ReadonlySet<string>): void {
    this.rooms = this.rooms.filter(({machine}) => !machines.has(machine.id))
    this.suiting.clear()
    this.known.clear()
  }

  private roomsThatSuit(unit: Unit, key: string): readonly Ranked[] {
    const known = this.suiting.get(key)
    if (known !== undefined) return known
    const found = this.rooms.flatMap((room, rank) => (objectionOfMachine(unit, room) === undefined ? {room, rank} : []))
    this.suiting.set(key, found)
    return found
  }
}

/** A room, and where it stands among all of them by name. */
interface Ranked {
  readonly room: Room
  readonly rank: number
}

export class Shape {
  /** How many machines are what units of this shape ask for, whoever else stands there. */
  readonly suiting: number
  private readonly strategy: Strategy
  private readonly spreads: readonly Spread[]
  private readonly groups: readonly Group[]
  private readonly suited: readonly Ranked[]
  private told: readonly Objection[] | undefined

  constructor(unit: Unit, suiting: readonly Ranked[], strategy: Strategy) {
    this.suiting = suiting.length
    this.suited = suiting
    this.strategy = strategy
    this.spreads = unit.placement.spread ?? []
    this.groups = groupsOf(suiting, this.spreads)
  }

  /** The cheapest room that takes this unit of the shape: of the places that have least of its family, where it is to be spread. */
  best(unit: Unit): Room | undefined {
    if (this.groups.length === 1) return this.groups[0]?.best(unit, this.strategy)
    const family = familyOf(unit.name)
    const order = this.groups
      .map(group => ({group, crowd: group.crowdOf(family, this.spreads)}))
      .sort((a, b) => a.crowd - b.crowd || (a.group.name < b.group.name ? -1 : 1))
    for (const {group} of order) {
      const found = group.best(unit, this.strategy)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The rooms of those machines, by name. */
  *rooms(): Generator<Room> {
    for (const {room} of this.suited) yield room
  }

  /** What every machine has to say against this unit of the shape, once all are placed that have a place. */
  objections(unit: Unit, rooms: Iterable<Room>): readonly Objection[] {
    this.told ??= [...rooms].flatMap(room => objectionToPlace(unit, room) ?? [])
    return this.told
  }
}

/** Rooms of machines that are alike in what a shape is spread over. */
class Group {
  readonly name: string
  private readonly rooms: readonly Ranked[]
  private heap: Heap<Candidate> | undefined

  constructor(name: string, rooms: readonly Ranked[]) {
    this.name = name
    this.rooms = rooms
  }

  /** How many of the family are here already for the share that is to be here; Infinity where none is to be. */
  crowdOf(family: string, spreads: readonly Spread[]): number {
    const first = this.rooms[0]?.room
    if (first === undefined) return Number.POSITIVE_INFINITY
    return spreads.reduce((sum, {key, shares}) => {
      const value = first.machine.metadata[key]
      // Where the key is missing is nowhere to be spread to.
      if (value === undefined) return Number.POSITIVE_INFINITY
      const share = shares === undefined ? 1 : (shares[value] ?? restOf(shares))
      const count = first.ties.census.count(family, key, value)
      return sum + (share === 0 ? Number.POSITIVE_INFINITY : (count + 1) / share)
    }, 0)
  }

  best(unit: Unit, strategy: Strategy): Room | undefined {
    if (mayBecomeCheaper(unit)) this.heap = undefined
    this.heap ??= new Heap(
      this.rooms.map(({room, rank}) => ({room, rank, cost: costOf(unit, room, rank, strategy)})),
      isBefore,
    )
    for (let least = this.heap.least; least !== undefined; least = this.heap.least) {
      const cost = costOf(unit, least.room, least.rank, strategy)
      if (least.cost !== cost) {
        least.cost = cost
        this.heap.leastHasGrown()
      } else if (objectionOfOthers(unit, least.room) === undefined) return least.room
      else this.heap.dropLeast()
    }
    return undefined
  }
}

/** What each of the values that are not named gets, when about as many share what is left. */
function restOf(shares: Readonly<Record<string, number>>): number {
  return Math.max(0, 100 - Object.values(shares).reduce((sum, share) => sum + share, 0))
}

function groupsOf(rooms: readonly Ranked[], spreads: readonly Spread[]): readonly Group[] {
  if (spreads.length === 0) return [new Group('', rooms)]
  const groups = Map.groupBy(rooms, ({room}) => spreads.map(({key}) => room.machine.metadata[key] ?? '').join('\n'))
  return [...groups].map(([name, members]) => new Group(name, members))
}

interface Candidate extends Ranked {
  cost: number
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.cost === b.cost ? a.rank < b.rank : a.cost < b.cost
}

/** Whether two units of one name ask for the same in every respect. */
export function asksTheSame(a: Unit, b: Unit): boolean {
  const [one, other] = [a.placement, b.placement]
  return (
    askedOf(a).all === askedOf(b).all &&
    one.priority === other.priority &&
    one.keepAtLeast === other.keepAtLeast &&
    one.global === other.global &&
    one.machineOf.join(' ') === other.machineOf.join(' ')
  )
}

interface Asked {
  readonly ofMachine: string
  readonly all: string
}

const asked = new WeakMap<Unit, Asked>()

/** What a unit asks for, as keys: of the machine itself, and of who else is there. */
function askedOf(unit: Unit): Asked {
  const known = asked.get(unit)
  if (known !== undefined) return known
  const {machineId = '', metadata, conditions, conflicts, replaces, maxPer, spread, preferences, strategy} = unit.placement
  const ofMachine = `${unit.driver}\n${machineId}\n${JSON.stringify([metadata, conditions, unit.requests])}`
  const others = JSON.stringify([conflicts, replaces, maxPer, spread, preferences, strategy])
  // Who is counted by family is alike only to its family.
  const family = maxPer === undefined && spread === undefined ? '' : familyOf(unit.name)
  const made = {ofMachine, all: `${ofMachine}\n${others}\n${family}`}
  asked.set(unit, made)
  return made
}
