import type {MoveWish} from '../cluster/model.ts'
import type {Progress} from '../cluster/progress.ts'
import {targetOf} from '../cluster/rows.ts'
import type {ClusterView} from '../cluster/view.ts'
import {takeSnapshot} from '../engine/snapshot.ts'
import {UnitShelf} from '../engine/unit-shelf.ts'
import {planRebalance} from '../scheduler/rebalance.ts'

/** The moves that would even out the load of the machines, at most so many; `now`: milliseconds since the epoch. Nothing is written. */
export function rebalanceMoves(view: ClusterView, most: number, now: number): readonly MoveWish[] {
  return planRebalance(takeSnapshot(view, new UnitShelf(), {now}), most)
}

/** `move web@1.service from a/10.0.0.1 to b/10.0.0.2: evens out the load`. */
export function describeMove({unit, from, to, reason}: MoveWish, view: ClusterView): string {
  return `move ${unit} from ${targetOf(view, from)} to ${targetOf(view, to)}: ${reason}`
}

/** How far moves that were wished have come. */
export function movesProgress(view: ClusterView, wishes: readonly MoveWish[]): ReadonlyMap<string, Progress> {
  return new Map(wishes.map(wish => [wish.unit, moveProgress(view, wish)]))
}

function moveProgress(view: ClusterView, {unit, from, to}: MoveWish): Progress {
  const isAt = (machine: string) => view.assignments.get(machine)?.has(unit) === true
  const place = targetOf(view, to)
  const state = view.state(to, unit)
  if (!view.moves.has(unit)) {
    if (!isAt(to)) return {status: 'failed', text: `was not moved to ${place}; \`ctl why ${unit} --machine ${to}\` tells why`}
    const isStopping = view.state(from, unit) !== undefined && view.machines.has(from)
    if (isStopping) return {status: 'waiting', text: `stopping on ${targetOf(view, from)}`}
    return {status: 'done', text: `moved to ${place}`}
  }
  if (!isAt(to)) return {status: 'waiting', text: 'waits for its turn'}
  const isFailing = state?.active === 'failed' || state?.sub === 'auto-restart'
  if (!isFailing) return {status: 'waiting', text: `starting on ${place}`}
  const because = state?.reason === undefined ? '' : `: ${state.reason}`
  return {status: 'failed', text: `fails on ${place}${because}; it goes on on ${targetOf(view, from)}`}
}
