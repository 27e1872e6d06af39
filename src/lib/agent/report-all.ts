import type {Decided, UnitState} from '../cluster/model.ts'
import {datedState, reportUnit, reportUnreadable, type UnreadableUnit} from './report.ts'
import type {Situation} from './situation.ts'
import type {Under} from './telling.ts'

export interface Known {
  readonly machine: string
  readonly unreadable: ReadonlyMap<string, UnreadableUnit>
  /** What the cluster was told last. */
  readonly before: {readonly units: Iterable<string>; last(unit: string): UnitState | undefined}
  /** What is being done for a unit. */
  doing(unit: string): Under | undefined
  /** The last decisions about it. */
  decided(unit: string): readonly Decided[]
}

/** What the cluster is to know of this machine's units, all of them; and when more will be known even if nothing happens. */
export function reportAll(
  situation: Situation,
  {machine, unreadable, before, doing, decided}: Known,
): {readonly states: ReadonlyMap<string, UnitState>; readonly times: readonly number[]} {
  const {now, runs} = situation
  const times: number[] = []
  const states = new Map<string, UnitState>()
  const present = new Set([...runs, ...situation.aside].map(run => run.unit))
  for (const unit of before.units) {
    const last = before.last(unit)
    if (last === undefined) continue
    if (situation.frozen.has(unit)) states.set(unit, last)
    else if (situation.wanted.has(unit)) continue
    // On its way out: its state stays until its run is gone.
    else if (present.has(unit) || doing(unit) !== undefined)
      states.set(unit, datedState({...last, active: 'deactivating', sub: 'stop-sigterm'}, last, now))
  }
  for (const [unit, bad] of unreadable) states.set(unit, datedState(reportUnreadable(unit, machine, bad), before.last(unit), now))
  const byUnit = new Map(runs.map(run => [`${run.unit} ${run.identity.runHash} ${run.identity.generation}`, run]))
  for (const wanted of situation.wanted.values()) {
    const {name} = wanted.unit
    if (situation.frozen.has(name)) continue
    const run = byUnit.get(`${name} ${wanted.identity.runHash} ${wanted.identity.generation}`)
    const {state, wakeAt} = reportUnit(situation, wanted, run, {machine, doing: doing(name)})
    if (wakeAt !== undefined) times.push(wakeAt)
    const last = before.last(name)
    const recent = decided(name)
    if (state !== undefined)
      states.set(name, datedState(recent.length === 0 ? state : {...state, recent: [...recent]}, last, now))
    else if (last !== undefined) states.set(name, last)
  }
  return {states, times}
}
