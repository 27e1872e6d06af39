import {compareNatural} from '../base/natural-order.ts'
import {usualPriority} from '../unit/placement/choices.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import {objectionToPlace} from './filters.ts'
import type {Room} from './room.ts'

/** Those who would have to leave a room so that a unit fits there. */
export interface Way {
  readonly room: Room
  /** Of those that `cheapestWay` finds, never none. */
  readonly victims: readonly Unit[]
}

/** Lower by this much is clearly lower: equals do not push each other around. */
export const clearly = 10

export function priorityOf({placement}: Unit): number {
  return placement.priority ?? usualPriority
}

/** The highest first. */
export function byPriority(a: Unit, b: Unit): number {
  return priorityOf(b) - priorityOf(a) || compareNatural(a.name, b.name)
}

export function reasonToGiveWay(victim: Unit, to: Unit): string {
  return `it gives way to ${to.name}, priority ${priorityOf(to)} over ${priorityOf(victim)}`
}

/** How many units of each family may go yet before it is at the number that it keeps. */
export class Spares {
  private readonly serving = new Map<string, number>()
  private readonly isNew: (name: string, machine: string) => boolean

  /** `serving`: those that serve now. `isNew`: whether one was only now given its place; such a one serves nobody yet. */
  constructor(serving: Iterable<{readonly unit: string}>, isNew: (name: string, machine: string) => boolean) {
    for (const {unit} of serving) this.count(unit, 1)
    this.isNew = isNew
  }

  of({name, placement}: Unit): number {
    return (this.serving.get(familyOf(name)) ?? 0) - (placement.keepAtLeast ?? 0)
  }

  /** Whether its family has less when the unit leaves the room. */
  serves({name}: Unit, {machine}: Room): boolean {
    return !this.isNew(name, machine.id)
  }

  /** The unit serves no longer. */
  take({name}: Unit): void {
    this.count(name, -1)
  }

  private count(name: string, by: 1 | -1): void {
    const family = familyOf(name)
    this.serving.set(family, (this.serving.get(family) ?? 0) + by)
  }
}

/**
 * Where units of clearly lower priority would have to give way: the lowest, so that they need not push others in their turn, and of
 * as low ones the fewest that serve.
 */
export function cheapestWay(unit: Unit, rooms: Iterable<Room>, spares: Spares): Way | undefined {
  let best: Way | undefined
  for (const room of rooms) {
    const victims = victimsIn(room, unit, spares)
    if (victims === undefined || victims.length === 0) continue
    const way = {room, victims}
    if (best === undefined || isCheaper(way, best, spares)) best = way
  }
  return best
}

function victimsIn(room: Room, unit: Unit, spares: Spares): readonly Unit[] | undefined {
  const candidates = candidatesIn(room, unit, spares)
  if (candidates.length === 0) return undefined
  const chosen: Unit[] = []
  const taken = new Map<string, number>()
  const fits = () => objectionToPlace(unit, room) === undefined
  try {
    for (const candidate of candidates) {
      if (fits()) break
      if (spares.serves(candidate, room)) {
        const family = familyOf(candidate.name)
        const before = taken.get(family) ?? 0
        if (before >= spares.of(candidate)) continue
        taken.set(family, before + 1)
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
 * The lowest first, and of as low ones those who do not serve yet. Only such as have nothing to do with others: who replaces, or
 * stands beside, would be pushed to and fro.
 */
function candidatesIn(room: Room, unit: Unit, spares: Spares): readonly Unit[] {
  const most = priorityOf(unit) - clearly
  const here = [...room.units.values()].filter(other => other !== undefined)
  const serving = (other: Unit) => Number(spares.serves(other, room))
  return here
    .filter(other => priorityOf(other) <= most && room.ties.bonds.isFree(other) && !room.expected.has(other.name))
    .sort((a, b) => priorityOf(a) - priorityOf(b) || serving(a) - serving(b) || compareNatural(b.name, a.name))
}

function isCheaper(way: Way, other: Way, spares: Spares): boolean {
  const highest = ({victims}: Way) => Math.max(...victims.map(priorityOf))
  const serving = ({room, victims}: Way) => victims.filter(victim => spares.serves(victim, room)).length
  return (highest(way) - highest(other) || serving(way) - serving(other) || way.victims.length - other.victims.length) < 0
}
