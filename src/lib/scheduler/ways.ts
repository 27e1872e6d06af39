import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import {countsElsewhere, familyOf} from './census.ts'
import {objectionToPlace} from './filters.ts'
import {clearly, priorityOf} from './priority.ts'
import type {Room} from './room.ts'
import type {Shape} from './shapes.ts'
import type {Spares} from './spares.ts'

/** How a unit comes into a room that does not take it now. */
export interface Way {
  readonly room: Room
  /** Who gives way to it, the lowest first; nobody where it is enough that others stop anyway. */
  readonly leave: readonly Unit[]
  /** Whose end it waits for, by name. */
  readonly awaited: readonly string[]
}

/** What is known of a room for units of one shape and priority, as long as the room does not change. */
interface Known {
  readonly room: Room
  changes: number
  way: Costed | undefined
}

interface Costed extends Way {
  readonly cost: number
}

/** Units of one shape and priority. */
interface Alike {
  readonly rooms: readonly Known[]
  /** After how many changes they were last looked at, and whether there was no way then. */
  seen: number
  hopeless: boolean
}

/**
 * Where units of clearly lower priority would have to give way: the lowest, so that they need not push others in their turn, and
 * of as low ones the fewest that serve. Where others stop anyway, nobody need go.
 */
export class Ways {
  private readonly spares: Spares
  private readonly known = new Map<Shape, Map<number, Alike>>()
  /** How often anybody has gone or come since these ways were first asked for. */
  private changes = 0

  constructor(spares: Spares) {
    this.spares = spares
  }

  /** Somebody has gone or come: who has found no way may find one now. */
  haveChanged(): void {
    this.changes++
  }

  /** Not into a room that the unit itself is about to leave. */
  cheapest(unit: Unit, shape: Shape): Way | undefined {
    const alike = this.alike(unit, shape)
    const {seen} = alike
    if (seen === this.changes && alike.hopeless) return undefined
    if (countsElsewhere(unit) && seen !== this.changes) for (const known of alike.rooms) known.changes = never
    alike.seen = this.changes
    alike.hopeless = false
    for (;;) {
      let best: Known | undefined
      let leaving = false
      for (const known of alike.rooms) {
        const {room} = known
        if (room.stopping.size > 0 && room.stopping.has(unit.name)) leaving = true
        else {
          if (known.changes !== room.changes) this.look(unit, known)
          if (known.way !== undefined && (best?.way === undefined || known.way.cost < best.way.cost)) best = known
        }
      }
      if (best?.way === undefined) {
        alike.hopeless = !leaving
        return undefined
      }
      // Meanwhile its family may have come down to what it keeps: then it is dearer than it was.
      const {cost} = best.way
      if (this.look(unit, best)?.cost === cost) return best.way
    }
  }

  private alike(unit: Unit, shape: Shape): Alike {
    const ofShape = this.known.get(shape) ?? new Map<number, Alike>()
    if (ofShape.size === 0) this.known.set(shape, ofShape)
    const priority = priorityOf(unit)
    const known = ofShape.get(priority)
    if (known !== undefined) return known
    const rooms = Array.from(shape.rooms(), (room): Known => ({room, changes: never, way: undefined}))
    const made = {rooms, seen: never, hopeless: false}
    ofShape.set(priority, made)
    return made
  }

  private look(unit: Unit, known: Known): Costed | undefined {
    known.way = this.wayInto(unit, known.room)
    known.changes = known.room.changes
    return known.way
  }

  private wayInto(unit: Unit, room: Room): Costed | undefined {
    const leaving = leavingFor(unit, room)
    if (leaving !== undefined) return {room, leave: [], awaited: leaving, cost: -1}
    const leave = this.victimsIn(room, unit)
    if (leave === undefined || leave.length === 0) return undefined
    const highest = Math.max(...leave.map(priorityOf))
    const serving = leave.filter(victim => this.spares.serves(victim, room)).length
    const cost = highest * 1e12 + serving * 1e6 + leave.length
    const awaited = leave.filter(victim => this.spares.mustStop(victim, room)).map(({name}) => name)
    return {room, leave, awaited, cost}
  }

  private victimsIn(room: Room, unit: Unit): readonly Unit[] | undefined {
    const candidates = this.candidatesIn(room, unit)
    if (candidates.length === 0) return undefined
    const chosen: Unit[] = []
    const going = new Map<string, number>()
    const fits = () => objectionToPlace(unit, room) === undefined
    try {
      for (const candidate of candidates) {
        if (fits()) break
        if (!this.spares.mayGo(candidate, room, going)) continue
        if (this.spares.serves(candidate, room)) {
          const family = familyOf(candidate.name)
          going.set(family, (going.get(family) ?? 0) + 1)
        }
        room.remove(candidate.name)
        chosen.push(candidate)
      }
      if (!fits()) return undefined
      // The highest first: whoever need not go stays.
      const needed = chosen.toReversed().filter(candidate => {
        room.add(candidate.name, candidate)
        if (fits()) return false
        room.remove(candidate.name)
        return true
      })
      return needed.toReversed()
    } finally {
      for (const candidate of chosen) room.add(candidate.name, candidate)
    }
  }

  /**
   * The lowest first, and of as low ones those who do not serve. Only such as have nothing to do with others: who replaces, or
   * stands beside, would be pushed to and fro.
   */
  private candidatesIn(room: Room, unit: Unit): readonly Unit[] {
    const most = priorityOf(unit) - clearly
    const serving = (other: Unit) => Number(this.spares.serves(other, room))
    return [...room.units.values()]
      .filter(other => other !== undefined)
      .filter(other => priorityOf(other) <= most && room.ties.bonds.isFree(other) && !room.expected.has(other.name))
      .sort((a, b) => priorityOf(a) - priorityOf(b) || serving(a) - serving(b) || compareNatural(b.name, a.name))
  }
}

const never = -1

/** Who is about to stop in the room, if the unit fits there once they have; undefined if it does not, or nobody is. */
export function leavingFor(unit: Unit, room: Room): readonly string[] | undefined {
  if (room.stopping.size === 0) return undefined
  const leaving = room.pretendStopped()
  const fits = objectionToPlace(unit, room) === undefined
  leaving.undo()
  return fits ? leaving.names : undefined
}
