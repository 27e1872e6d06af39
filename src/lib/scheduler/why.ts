import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import {costOf} from './cost.ts'
import type {Decision} from './decision.ts'
import {type Distance, distanceOf, isNearer} from './distance.ts'
import type {Objection} from './objection.ts'
import {neverEnough, obstaclesTo} from './obstacles.ts'
import type {Room} from './room.ts'
import {scheduleAndShow} from './schedule.ts'
import {Shapes} from './shapes.ts'
import type {Snapshot} from './snapshot.ts'
import {type Mover, wayInto} from './way-in.ts'

/**
 * What becomes of a unit: it `stands` and stays, it `fits` and gets a place, it `waits` for room that is being made, it is `refused`,
 * it has `finished`, it is `frozen` since it cannot be read, or it is not `wanted` at all.
 */
export type Verdict = (typeof verdicts)[number]
export const verdicts = ['stands', 'fits', 'waits', 'refused', 'finished', 'frozen', 'unwanted'] as const

/** Why a unit stands where it does, or nowhere. */
export interface Explanation {
  readonly unit: string
  readonly verdict: Verdict
  /** Where it stands once this look is carried out, by id. */
  readonly machines: readonly string[]
  /** Of one that gets a place now. */
  readonly reason?: string
  /** Who makes way for it, and from where. */
  readonly victims: readonly Victim[]
  /** Every machine, the best first, then the nearest miss. */
  readonly prospects: readonly Prospect[]
}

export interface Victim {
  readonly unit: string
  readonly machine: string
  readonly reason: string
}

/** How a unit and a machine suit each other, the unit itself being nowhere. */
export interface Prospect {
  readonly machine: string
  readonly label: string
  /** The unit stands there, or is about to. */
  readonly stands: boolean
  /** Nothing where it fits. */
  readonly objections: readonly Objection[]
  /** Resources of which it has too little even when it is empty. */
  readonly tooSmall: readonly string[]
  /** Who has to stop, and does, until it fits. */
  readonly awaits?: readonly string[]
  /** Where it fits: what it costs, in hundredths of a machine; the least wins. */
  readonly cost?: number
  /** Where the units stand that it must stand beside and that are not here; for the nearest only. */
  readonly peers?: Readonly<Record<string, readonly string[]>>
  /** Who would have to leave; for the nearest only. */
  readonly way?: readonly Mover[]
}

export interface Explaining {
  /** Of how many misses it is worked out who would have to leave. */
  readonly near: number
  /** A machine of which it is worked out in any case. */
  readonly machine?: string | undefined
}

/** Decides once, and then tells of any unit why. The rooms are those of that very pass. */
export function explainer(snapshot: Snapshot): (name: string, options: Explaining) => Explanation {
  const {decisions, rooms} = scheduleAndShow(snapshot)
  const wanted = new Map(snapshot.units.map(each => [each.unit.name, each]))
  return (name, options) => {
    const unit = wanted.get(name)
    const machines = placesAfter(name, snapshot, decisions)
    const told = {unit: name, machines, victims: victimsOf(name, decisions)}
    if (unit === undefined) return {...told, verdict: snapshot.frozen.has(name) ? 'frozen' : 'unwanted', prospects: []}
    const placed = decisions.find(each => each.kind === 'place' && each.unit === name)
    const prospects = new Prospects(unit.unit, rooms, snapshot).all(options)
    const passes = awaitedBy(name, decisions).size > 0 || prospects.some(({awaits}) => awaits !== undefined)
    const verdict: Verdict =
      placed !== undefined ? 'fits' : machines.length > 0 ? 'stands' : unit.finished ? 'finished' : passes ? 'waits' : 'refused'
    return {...told, verdict, ...(placed?.kind === 'place' ? {reason: placed.reason} : {}), prospects}
  }
}

function placesAfter(name: string, snapshot: Snapshot, decisions: readonly Decision[]): readonly string[] {
  const machines = new Set(snapshot.placements.flatMap(({unit, machine}) => (unit === name ? [machine] : [])))
  for (const each of decisions) {
    if (each.unit !== name) continue
    if (each.kind === 'evict') machines.delete(each.machine)
    if (each.kind === 'place' || each.kind === 'move') machines.add(each.machine)
  }
  return [...machines]
}

/** Those who are taken away, for whose end the unit waits. */
function victimsOf(name: string, decisions: readonly Decision[]): Explanation['victims'] {
  const waited = awaitedBy(name, decisions)
  return decisions.flatMap(each => (each.kind === 'evict' && waited.has(each.unit) ? [each] : []))
}

function awaitedBy(name: string, decisions: readonly Decision[]): ReadonlySet<string> {
  const refusal = decisions.find(each => each.kind === 'refuse' && each.unit === name)
  const objections = refusal?.kind === 'refuse' ? refusal.objections : []
  return new Set(objections.flatMap(each => (each.kind === 'awaited' ? each.others : [])))
}

/** All machines as one unit sees them. */
class Prospects {
  private readonly unit: Unit
  private readonly rooms: readonly Room[]
  private readonly snapshot: Snapshot

  constructor(unit: Unit, rooms: readonly Room[], snapshot: Snapshot) {
    this.unit = unit
    this.rooms = rooms
    this.snapshot = snapshot
  }

  all({near, machine}: Explaining): readonly Prospect[] {
    const {name} = this.unit
    const own = this.rooms.flatMap(room => (room.units.has(name) ? [{room, as: room.units.get(name)}] : []))
    const standing = new Set(own.flatMap(({room}) => (room.expected.has(name) ? [] : [room])))
    for (const {room} of own) room.remove(name)
    try {
      const seen = this.rooms.map((room, rank) => this.look(room, rank, standing.has(room)))
      const order = this.inOrder(seen)
      const misses = order.filter(({prospect}) => prospect.objections.length > 0 && prospect.awaits === undefined)
      const detailed = new Set([...misses.slice(0, near), ...misses.filter(({room}) => room.machine.id === machine)])
      return order.map(each => (detailed.has(each) ? {...each.prospect, ...this.detail(each)} : each.prospect))
    } finally {
      for (const {room, as} of own) room.add(name, as)
    }
  }

  private look(room: Room, rank: number, stands: boolean): Seen {
    const {unit} = this
    const objections = obstaclesTo(unit, room)
    const tooSmall = objections.some(({kind}) => kind === 'short') ? neverEnough(unit, room) : []
    const fits = objections.length === 0
    const strategy = unit.placement.strategy ?? this.snapshot.strategy ?? 'spread'
    const awaits = fits || room.stopping.size === 0 ? undefined : awaited(unit, room)
    const prospect: Prospect = {
      ...{machine: room.machine.id, label: room.machine.label, stands, objections, tooSmall},
      ...(awaits === undefined ? {} : {awaits}),
      ...(fits ? {cost: costOf(unit, room, rank, strategy)} : {}),
    }
    return {room, prospect, distance: distanceOf(prospect)}
  }

  /** Those that fit as the scheduler would take them, as far as anybody looks; then by distance. */
  private inOrder(seen: readonly Seen[]): readonly Seen[] {
    const misses = seen.filter(({prospect}) => prospect.objections.length > 0)
    const fitting = seen.filter(({prospect}) => prospect.objections.length === 0)
    const best = this.best(fitting)
    const rest = fitting.filter(each => !best.includes(each))
    rest.sort((a, b) => (a.prospect.cost ?? 0) - (b.prospect.cost ?? 0))
    return [...best, ...rest, ...misses.toSorted((a, b) => isNearer(a.distance, b.distance))]
  }

  /** The first few in the scheduler's own order. */
  private best(fitting: readonly Seen[]): readonly Seen[] {
    const [first] = fitting
    if (first === undefined || this.unit.placement.global || this.unit.placement.machineOf.length > 0) return []
    const found: Seen[] = []
    const strategy = this.snapshot.strategy ?? 'spread'
    for (let left = fitting; left.length > 0 && found.length < ranked; ) {
      const room = new Shapes(
        left.map(each => each.room),
        first.room.ties,
        strategy,
      )
        .of(this.unit)
        .best(this.unit)
      const next = left.find(each => each.room === room)
      if (next === undefined) break
      found.push(next)
      left = left.filter(each => each !== next)
    }
    return found
  }

  private detail({room, prospect}: Seen): Pick<Prospect, 'peers' | 'way'> {
    const missing = prospect.objections.flatMap(each => (each.kind === 'peer' ? [each.peer] : []))
    const peers = Object.fromEntries(missing.map(peer => [peer, this.labelsOf(peer)]))
    const way = prospect.tooSmall.length > 0 ? undefined : wayInto(this.unit, room, this.rooms)
    return {...(missing.length === 0 ? {} : {peers}), ...(way === undefined ? {} : {way})}
  }

  private labelsOf(name: string): readonly string[] {
    return this.rooms.flatMap(room => (room.units.has(name) ? [room.machine.label] : []))
  }
}

/** So many are put in the scheduler's order. */
const ranked = 6

interface Seen {
  readonly room: Room
  readonly prospect: Prospect
  readonly distance: Distance
}

/** Who has to stop until the unit fits; undefined where it does not fit even then. */
function awaited(unit: Unit, room: Room): readonly string[] | undefined {
  const stopping = [...room.stopping.keys()].filter(name => !room.units.has(name) && name !== unit.name).sort(compareNatural)
  const stopped = room.pretendStopped()
  const fits = obstaclesTo(unit, room).length === 0
  stopped.undo()
  return fits ? stopping : undefined
}
