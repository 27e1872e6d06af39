import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import {costOf} from './cost.ts'
import {leavesFirst} from './drain.ts'
import {objectionToPlace} from './filters.ts'
import type {Ground} from './ground.ts'
import type {Room} from './room.ts'
import {scheduleAndShow} from './schedule.ts'
import type {Snapshot, SnapshotMove} from './snapshot.ts'

/** The fullest machine may be fuller than the emptiest by so much: a tenth of a machine. */
const bound = 10
/** Where nobody asks for anything: two units, of which each counts half a hundredth. */
const boundOfCounts = 1

/**
 * Few moves that bring the machines nearer to each other: each from a fuller one to an emptier one that takes the unit, and that is
 * not fuller afterwards than the first was before. Nothing while the cluster is not at rest. Never moved: units with Sticky=yes,
 * jobs, those that cannot run twice or whose place has to do with that of others, those that are packed, and whoever would be
 * further from what it prefers or is spread over. No machine both gives and takes, so that any of the moves may fail, and in any
 * order, and still none makes a machine fuller than the fullest was.
 */
export function planRebalance(snapshot: Snapshot, most: number): readonly SnapshotMove[] {
  const {decisions, ground} = scheduleAndShow(snapshot)
  if (isMoving(snapshot, ground) || decisions.some(({kind}) => kind !== 'refuse')) return []
  const rooms = [...ground.rooms.values()].filter(({machine}) => takesPart(machine))
  const least = rooms.some(({stock}) => stock.share > 0) ? bound : boundOfCounts
  const strategy = snapshot.strategy ?? 'spread'
  const pending = new Set(snapshot.placements.flatMap(each => (each.pending === undefined ? [] : [each.unit])))
  const moved = new Set<string>()
  const mayMove = (unit: Unit | undefined): unit is Unit =>
    unit !== undefined &&
    !moved.has(unit.name) &&
    !pending.has(unit.name) &&
    isMovable(unit, ground) &&
    (unit.placement.strategy ?? strategy) === 'spread'
  const moves: SnapshotMove[] = []
  const givers = new Set<Room>()
  const takers = new Set<Room>()
  while (moves.length < most) {
    const next = bestMove(rooms, {least, mayMove, givers, takers})
    if (next === undefined) break
    const {unit, from, to} = next
    moved.add(unit.name)
    givers.add(from)
    takers.add(to)
    moves.push({
      unit: unit.name,
      from: from.machine.id,
      to: to.machine.id,
      reason: `evens out the load: ${from.machine.label} ${percent(from)}, ${to.machine.label} ${percent(to)}`,
    })
    from.remove(unit.name)
    to.add(unit.name, unit)
  }
  return moves
}

interface Choosing {
  readonly least: number
  readonly mayMove: (unit: Unit | undefined) => unit is Unit
  readonly givers: ReadonlySet<Room>
  readonly takers: ReadonlySet<Room>
}

interface Change {
  readonly unit: Unit
  readonly from: Room
  readonly to: Room
}

/** From the fullest to the emptiest, the largest unit that does not turn the two around. */
function bestMove(rooms: readonly Room[], {least, mayMove, givers, takers}: Choosing): Change | undefined {
  const order = rooms.toSorted((a, b) => a.load - b.load || compareNatural(a.machine.id, b.machine.id))
  for (const from of order.toReversed()) {
    if (takers.has(from)) continue
    const units = [...from.units.values()].filter(mayMove)
    if (units.length === 0) continue
    for (const to of order) {
      if (givers.has(to)) continue
      if (from.load - to.load <= least) break
      let best: {readonly unit: Unit; readonly gap: number} | undefined
      for (const unit of units) {
        const gap = gapAfter(unit, from, to)
        if (gap !== undefined && (best === undefined || gap < best.gap)) best = {unit, gap}
      }
      if (best !== undefined) return {unit: best.unit, from, to}
    }
  }
  return undefined
}

/** By how much the two differ once the unit has moved; undefined where it may not, or where that makes it no better. */
function gapAfter(unit: Unit, from: Room, to: Room): number | undefined {
  if (objectionToPlace(unit, to) !== undefined || !isAsGood(unit, from, to)) return undefined
  const [before, was] = [from.load, to.load]
  from.remove(unit.name)
  to.add(unit.name, unit)
  const [after, is] = [from.load, to.load]
  to.remove(unit.name)
  from.add(unit.name, unit)
  const gap = Math.abs(after - is)
  return gap < before - was - 1e-9 && Math.max(after, is) < before - 1e-9 ? gap : undefined
}

/** What it prefers is fulfilled there as here, and it is spread as it was. */
function isAsGood(unit: Unit, from: Room, to: Room): boolean {
  const {preferences, spread = []} = unit.placement
  if (spread.some(({key}) => from.machine.metadata[key] !== to.machine.metadata[key])) return false
  if (preferences === undefined) return true
  const dislike = (room: Room) => costOf(unit, room, 0, 'spread') - room.load
  return dislike(to) <= dislike(from)
}

function isMoving({moves = [], placements}: Snapshot, ground: Ground): boolean {
  const isTwice = (name: string) => ground.seatsOf(name).size > 1 && ground.wanted.get(name)?.placement.global !== true
  return moves.length > 0 || placements.some(({unit, from}) => from !== undefined && isTwice(unit))
}

function takesPart({cordoned, leaving, unreadable}: Room['machine']): boolean {
  return !cordoned && !leaving && unreadable !== true
}

function isMovable(unit: Unit, ground: Ground): boolean {
  if (unit.placement.sticky || unit.service.type === 'oneshot' || leavesFirst(unit, ground)) return false
  return ground.wanted.has(unit.name) && !ground.finished.has(unit.name) && ground.seatsOf(unit.name).size === 1
}

function percent({load}: Room): string {
  return String(Math.round(load * 10) / 10)
}
