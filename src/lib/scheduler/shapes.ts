import type {Strategy} from '../unit/placement/choices.ts'
import type {Spread} from '../unit/placement/limits.ts'
import type {Unit} from '../unit/unit.ts'
import {countsElsewhere, familyOf} from './census.ts'
import {costOf, mayBecomeCheaper} from './cost.ts'
import {reasonAmong} from './decision.ts'
import {objectionOfMachine, objectionOfOthers, objectionOfSize, objectionToPlace} from './filters.ts'
import {Heap} from './heap.ts'
import type {Objection} from './objection.ts'
import type {Room, Ties} from './room.ts'

/**
 * Units that ask for the same have one shape: what speaks against one of them in a room speaks against all. While a pass
 * only fills rooms, what speaks against a shape in a room does so until the end; so each room is left out of a shape's
 * choice once, and the cheapest of the others is found in about log(machines).
 */
export class Shapes {
  private ranked: readonly Ranked[]
  private readonly ties: Ties
  private readonly strategy: Strategy
  /** By what they ask for, then by family where that counts, and by whom others keep away. */
  private readonly known = new Map<string, Map<string, Shape>>()
  /** By what is asked of the machine, and by that and how much is asked for. */
  private readonly suiting = new Map<string, readonly Ranked[]>()
  /** Rooms that somebody has left, one after the other, since there are shapes: what spoke against one there may not do so any more. */
  private freed: Room[] = []

  /** `strategy`: of units that say none. */
  constructor(rooms: Iterable<Room>, ties: Ties, strategy: Strategy) {
    this.ranked = [...rooms].map((room, rank) => ({room, rank}))
    this.ties = ties
    this.strategy = strategy
  }

  of(unit: Unit): Shape {
    const asked = askedOf(unit)
    const alike = this.known.get(asked.all) ?? new Map<string, Shape>()
    if (alike.size === 0) this.known.set(asked.all, alike)
    const key = this.keyAmong(unit)
    const known = alike.get(key)
    if (known !== undefined) return known
    const made = new Shape(unit, this.roomsThatSuit(unit, asked), unit.placement.strategy ?? this.strategy, this.freed)
    alike.set(key, made)
    return made
  }

  /** What tells units apart that ask for the same. */
  private keyAmong({name, placement}: Unit): string {
    const against = this.ties.conflicts.against(name)
    const others = against.length === 1 ? against[0] : against.join(' ')
    const replacers = [...this.ties.bonds.replacersOf(name)].join(' ')
    // Who is counted by family is alike only to its family.
    const family = placement.maxPer === undefined && placement.spread === undefined ? '' : familyOf(name)
    return replacers === '' && family === '' ? (others ?? '') : `${others}\n${replacers}\n${family}`
  }

  /** Somebody has left the room. */
  isFreer(room: Room): void {
    if (this.known.size === 0) return
    this.freed.push(room)
    // To go through all of them would cost a shape as much as to begin anew.
    if (this.freed.length > this.ranked.length) this.forget()
  }

  private forget(): void {
    this.known.clear()
    this.freed = []
  }

  /** These machines are not there any more. */
  close(machines: ReadonlySet<string>): void {
    this.ranked = this.ranked.filter(({room}) => !machines.has(room.machine.id))
    this.suiting.clear()
    this.forget()
  }

  private roomsThatSuit(unit: Unit, {ofMachine, ofSize}: Asked): readonly Ranked[] {
    const known = this.suiting.get(ofSize)
    if (known !== undefined) return known
    const suiting = this.suiting.get(ofMachine) ?? this.ranked.filter(({room}) => objectionOfMachine(unit, room) === undefined)
    const found = suiting.filter(({room}) => objectionOfSize(unit, room) === undefined)
    this.suiting.set(ofMachine, suiting).set(ofSize, found)
    return found
  }
}

/** A room, and where it stands among all of them by name. */
interface Ranked {
  readonly room: Room
  readonly rank: number
}

export class Shape {
  /** Why one of them that stands beside nobody is placed: how many machines are what they ask for, whoever else stands there. */
  readonly reason: string
  private readonly strategy: Strategy
  private readonly spreads: readonly Spread[]
  private readonly groups: readonly Group[]
  private readonly suited: readonly Ranked[]
  private readonly freed: readonly Room[]
  private told: {readonly objections: readonly Objection[]; readonly after: number} | undefined

  /** `freed`: the rooms that somebody leaves, as they are added to it. */
  constructor(unit: Unit, suiting: readonly Ranked[], strategy: Strategy, freed: readonly Room[]) {
    this.reason = reasonAmong(suiting.length)
    this.suited = suiting
    this.strategy = strategy
    this.freed = freed
    this.spreads = unit.placement.spread ?? []
    this.groups = groupsOf(suiting, this.spreads, freed)
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
    const after = this.freed.length
    if (this.told?.after !== after)
      this.told = {objections: [...rooms].flatMap(room => objectionToPlace(unit, room) ?? []), after}
    return this.told.objections
  }
}

/** Rooms of machines that are alike in what a shape is spread over. */
class Group {
  readonly name: string
  private readonly rooms: readonly Ranked[]
  private readonly freed: readonly Room[]
  /** How many of those are in the heap. */
  private seen = 0
  private heap: Heap<Candidate> | undefined
  private ranks: ReadonlyMap<Room, number> | undefined

  constructor(name: string, rooms: readonly Ranked[], freed: readonly Room[]) {
    this.name = name
    this.rooms = rooms
    this.freed = freed
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
    this.heap = this.lookAtFreed(unit, strategy) ?? this.lookAtAll(unit, strategy)
    this.seen = this.freed.length
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

  private lookAtAll(unit: Unit, strategy: Strategy): Heap<Candidate> {
    return new Heap(
      this.rooms.map(({room, rank}) => ({room, rank, cost: costOf(unit, room, rank, strategy)})),
      isBefore,
    )
  }

  /** The heap with the rooms that have become freer, those that are in it already a second time; undefined where that is not enough. */
  private lookAtFreed(unit: Unit, strategy: Strategy): Heap<Candidate> | undefined {
    const {heap} = this
    if (heap === undefined || this.seen === this.freed.length) return heap
    // Other rooms may have become free with it.
    if (countsElsewhere(unit)) return undefined
    this.ranks ??= new Map(this.rooms.map(({room, rank}) => [room, rank]))
    for (const room of this.freed.slice(this.seen)) {
      const rank = this.ranks.get(room)
      if (rank !== undefined) heap.add({room, rank, cost: costOf(unit, room, rank, strategy)})
    }
    return heap
  }
}

/** What each of the values that are not named gets, when about as many share what is left. */
function restOf(shares: Readonly<Record<string, number>>): number {
  return Math.max(0, 100 - Object.values(shares).reduce((sum, share) => sum + share, 0))
}

function groupsOf(rooms: readonly Ranked[], spreads: readonly Spread[], freed: readonly Room[]): readonly Group[] {
  if (spreads.length === 0) return [new Group('', rooms, freed)]
  const groups = Map.groupBy(rooms, ({room}) => spreads.map(({key}) => room.machine.metadata[key] ?? '').join('\n'))
  return [...groups].map(([name, members]) => new Group(name, members, freed))
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
  /** Of what the machine is. */
  readonly ofMachine: string
  /** And of how large it is. */
  readonly ofSize: string
  readonly all: string
}

const asked = new WeakMap<Unit['placement'], Asked & Pick<Unit, 'requests' | 'driver'>>()

/** What a unit asks for, as keys: of the machine itself, and of who else is there. Units of one file share what they say. */
function askedOf(unit: Unit): Asked {
  const known = asked.get(unit.placement)
  if (known?.requests === unit.requests && known.driver === unit.driver) return known
  const {machineId = '', metadata, conditions, conflicts, replaces, maxPer, spread, preferences, strategy} = unit.placement
  const ofMachine = JSON.stringify([unit.driver, machineId, metadata, conditions])
  const ofSize = `${ofMachine}\n${JSON.stringify(unit.requests)}`
  const others = JSON.stringify([conflicts, replaces, maxPer, spread, preferences, strategy])
  const made = {ofMachine, ofSize, all: `${ofSize}\n${others}`, requests: unit.requests, driver: unit.driver}
  asked.set(unit.placement, made)
  return made
}
