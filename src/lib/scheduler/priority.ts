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

/** Puts the unit where it belongs in a queue that is in order. */
export function queueUp(unit: Unit, queue: Unit[]): void {
  let [from, to] = [0, queue.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const other = queue[middle]
    if (other !== undefined && byPriority(unit, other) < 0) to = middle
    else from = middle + 1
  }
  queue.splice(from, 0, unit)
}
