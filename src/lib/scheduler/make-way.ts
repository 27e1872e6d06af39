import {compareNatural} from '../base/natural-order.ts'
import {usualPriority} from '../unit/placement/choices.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import {objectionToPlace} from './filters.ts'
import type {Room} from './room.ts'

/** Those who would have to leave a room so that a unit fits there. */
export interface Way {
  readonly room: Room
  /** Never none. */
  readonly victims: readonly Unit[]
}

/** Lower by this much is clearly lower: equals do not push each other around. */
export const clearly = 10

export function priorityOf({placement}: Unit): number {
  return placement.priority ?? usualPriority
}

export function reasonToGiveWay(victim: Unit, to: Unit): string {
  return `it gives way to ${to.name}, priority ${priorityOf(to)} over ${priorityOf(victim)}`
}

/** How many units of each family may go yet before it is at the number that it keeps. */
export class Spares {
  private readonly serving = new Map<string, number>()

  /** `serving`: the units that serve now. */
  constructor(serving: Iterable<string>) {
    for (const name of serving) this.count(name, 1)
  }

  of({name, placement}: Unit): number {
    return (this.serving.get(familyOf(name)) ?? 0) - (placement.keepAtLeast ?? 0)
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
 * as low ones the fewest. `spare`: how many of a unit's family may go yet before it is at the number that it keeps.
 */
export function cheapestWay(unit: Unit, rooms: Iterable<Room>, spare: (victim: Unit) => number): Way | undefined {
  let best: Way | undefined
  for (const room of rooms) {
    const victims = victimsIn(room, unit, spare)
    if (victims === undefined || victims.length === 0) continue
    if (best === undefined || isCheaper(victims, best.victims)) best = {room, victims}
  }
  return best
}

function victimsIn(room: Room, unit: Unit, spare: (victim: Unit) => number): readonly Unit[] | undefined {
  const candidates = candidatesIn(room, unit)
  if (candidates.length === 0) return undefined
  const chosen: Unit[] = []
  const taken = new Map<string, number>()
  const fits = () => objectionToPlace(unit, room) === undefined
  try {
    for (const candidate of candidates) {
      if (fits()) break
      const family = familyOf(candidate.name)
      if ((taken.get(family) ?? 0) >= spare(candidate)) continue
      room.remove(candidate.name)
      chosen.push(candidate)
      taken.set(family, (taken.get(family) ?? 0) + 1)
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

/** The lowest first. Only such as have nothing to do with others: who replaces, or stands beside, would be pushed to and fro. */
function candidatesIn(room: Room, unit: Unit): readonly Unit[] {
  const most = priorityOf(unit) - clearly
  const here = [...room.units.values()].filter(other => other !== undefined)
  return here
    .filter(other => priorityOf(other) <= most && room.ties.bonds.isFree(other) && !room.expected.has(other.name))
    .sort((a, b) => priorityOf(a) - priorityOf(b) || compareNatural(b.name, a.name))
}

function isCheaper(victims: readonly Unit[], others: readonly Unit[]): boolean {
  const highest = (units: readonly Unit[]) => Math.max(...units.map(priorityOf))
  return highest(victims) < highest(others) || (highest(victims) === highest(others) && victims.length < others.length)
}
