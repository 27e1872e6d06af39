import type {ClusterView} from '../cluster/view.ts'
import {type EngineDecision, planEngine} from '../engine/plan.ts'
import {UnitShelf} from '../engine/unit-shelf.ts'
import {type Change, changed} from './change.ts'
import {obey, write} from './obey.ts'

/** What became of a cluster after a change, without anything having been done. */
export interface Rehearsal {
  readonly before: ClusterView
  readonly after: ClusterView
  /** Everything that the engine decided on the way, in order. */
  readonly decisions: readonly EngineDecision[]
  /** Why the engine would move nothing away from machines that are lost. */
  readonly hold: string | undefined
  /** Whether nothing was left to decide in the end. */
  readonly rests: boolean
}

/** When a cluster is as it is shown. */
export interface Moment {
  /** Of the view. */
  readonly revision: number
  /** Milliseconds since the epoch: deadlines may have passed. */
  readonly now: number
}

/**
 * Plays a change through: the engine looks and decides, the agents obey at once, and so on until nothing is left to decide. The view
 * stays as it is.
 */
export function rehearse(before: ClusterView, change: Change, {revision, now}: Moment): Rehearsal {
  const shelf = new UnitShelf()
  const recentlyLost = new Set(change.kind === 'lose' ? change.machines : [])
  const after = changed(before, change, revision + 1)
  const decisions: EngineDecision[] = []
  let hold: string | undefined
  let promised: ReadonlyMap<string, string> = new Map()
  for (let look = 1; look <= mostLooks; look++) {
    const plan = planEngine(after, shelf, {recentlyLost, promised, now})
    hold = plan.hold
    promised = plan.promised
    if (plan.decisions.length === 0 && look > 1) return {before, after, decisions, hold, rests: true}
    decisions.push(...plan.decisions)
    write(after, plan.decisions, revision + 1 + look)
    obey(after, revision + 1 + look)
  }
  return {before, after, decisions, hold, rests: false}
}

/** A cluster rests after two or three looks, and after one more for each time somebody makes way for somebody. */
const mostLooks = 100
