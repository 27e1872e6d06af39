import type {Unit} from '../unit/unit.ts'
import {objectionToPlace} from './filters.ts'
import type {Room} from './room.ts'

/** Whether all of them fit in the room, each beside the others. */
export function fitTogether(units: readonly Unit[], room: Room): boolean {
  const [first] = units
  if (first !== undefined && units.length === 1) return objectionToPlace(first, room) === undefined
  for (const unit of units) room.add(unit.name, unit)
  const all = units.every(unit => {
    room.remove(unit.name)
    const fits = objectionToPlace(unit, room) === undefined
    room.add(unit.name, unit)
    return fits
  })
  for (const unit of units) room.remove(unit.name)
  return all
}

/** The least loaded room that takes all of them, one where any of them comes from before others; and how many take them. */
export function roomForAll(
  units: readonly Unit[],
  rooms: Iterable<Room>,
  comesFrom: (unit: Unit, room: Room) => boolean,
): {readonly best: Room | undefined; readonly fitting: number} {
  let best: Room | undefined
  let bestIsHome = false
  let fitting = 0
  for (const room of rooms) {
    if (!fitTogether(units, room)) continue
    fitting++
    const isHome = units.some(unit => comesFrom(unit, room))
    if (best !== undefined && (bestIsHome === isHome ? room.load >= best.load : bestIsHome)) continue
    best = room
    bestIsHome = isHome
  }
  return {best, fitting}
}
