import type {Strategy} from '../unit/placement/choices.ts'
import {holds} from '../unit/placement/condition.ts'
import type {Unit} from '../unit/unit.ts'
import type {Room} from './room.ts'

/**
 * What it costs to put a unit in a room that takes it: the least wins. A hundred is a whole machine. Spreading, a room costs what
 * is taken of it already; packing, rooms are filled one after the other, so that their order is all that counts. A preference of
 * weight 50 is worth half a machine.
 */
export function costOf(unit: Unit, room: Room, rank: number, strategy: Strategy): number {
  const base = strategy === 'binpack' ? rank * rankCost : room.load
  return unit.placement.preferences === undefined ? base : base - liking(unit, room)
}

/** Whether a room may become cheaper for the unit while rooms fill: only by others that it would rather be near. */
export function mayBecomeCheaper({placement}: Unit): boolean {
  return placement.preferences?.some(each => each.kind === 'near' && each.weight > 0) === true
}

/** So small that a million rooms weigh less than the smallest preference. */
const rankCost = 1e-7

function liking({name, placement}: Unit, room: Room): number {
  let sum = 0
  for (const preference of placement.preferences ?? []) {
    const fulfilled =
      preference.kind === 'near' ? room.hasMatch(preference.glob, name) : holds(preference.condition, room.machine.metadata)
    if (fulfilled) sum += preference.weight
  }
  return sum
}
