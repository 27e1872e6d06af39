import {compareNatural} from '../base/natural-order.ts'
import {usualPriority} from '../unit/placement/choices.ts'
import type {Unit} from '../unit/unit.ts'

/** Lower by this much is clearly lower: equals do not push each other around. */
export const clearly = 10

export function priorityOf({placement}: Unit): number {
  return placement.priority ?? usualPriority
}

/** The highest first. */
export function byPriority(a: Unit, b: Unit): number {
  return priorityOf(b) - priorityOf(a) || compareNatural(a.name, b.name)
}

/** Puts the unit where it belongs in a queue by priority. */
export function queueUp(unit: Unit, queue: Unit[]): void {
  const next = queue.findIndex(other => byPriority(unit, other) < 0)
  queue.splice(next < 0 ? queue.length : next, 0, unit)
}
