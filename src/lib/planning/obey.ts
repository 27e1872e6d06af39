import {encode} from '../cluster/codec.ts'
import {type Assignment, unitStateSchema} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {EngineDecision} from '../engine/plan.ts'
import {writesOf} from '../engine/writes.ts'
import {keys} from '../store/keys.ts'
import type {Write} from '../store/store.ts'

/** Has the view show what the engine decided: the very writes of an engine, at one revision. */
export function write(view: ClusterView, decisions: readonly EngineDecision[], revision: number): void {
  // As in a transaction: each is worked out on what was there before.
  for (const each of decisions.flatMap(decision => writesOf(decision, view))) put(view, each, revision)
}

/** Has the view show that every agent has done what it was told: what left has stopped, what came runs as it should. */
export function obey(view: ClusterView, revision: number): void {
  for (const machine of view.machines.keys()) {
    const assigned = view.assignments.get(machine)
    for (const unit of [...(view.states.get(machine)?.keys() ?? [])])
      if (assigned?.has(unit) !== true && !view.unreadable.has(keys.assignment(machine, unit)))
        put(view, {kind: 'delete', key: keys.state(machine, unit)}, revision)
    for (const assignment of assigned?.values() ?? []) report(view, assignment, revision)
  }
}

function report(view: ClusterView, {machine, unit, file, generation, desiredState}: Assignment, revision: number): void {
  const before = view.state(machine, unit)
  const runs = desiredState === 'launched'
  const isCurrent = before !== undefined && before.file === file && before.generation === generation
  const isAsWished = isCurrent && (runs ? before.active !== 'inactive' || before.done === true : before.active === 'inactive')
  if (isAsWished) return
  const value = encode(unitStateSchema, {
    ...{load: 'loaded', restarts: 0, since: 0, starts: [], file, generation},
    ...(runs ? {active: 'active', sub: 'running'} : {active: 'inactive', sub: 'dead'}),
  })
  put(view, {kind: 'put', key: keys.state(machine, unit), value}, revision)
}

function put(view: ClusterView, write: Write, revision: number): void {
  if (write.kind === 'delete') {
    view.remove(write.key)
    return
  }
  view.put({key: write.key, value: write.value, createRevision: since(view, write.key) ?? revision, modRevision: revision})
}

/** An assignment that only changes keeps the revision at which the unit came. */
function since(view: ClusterView, key: string): number | undefined {
  const [, machine = '', unit = ''] = /^assignments\/([^/]+)\/([^/]+)$/.exec(key) ?? []
  return view.assignments.get(machine)?.get(unit)?.since
}
