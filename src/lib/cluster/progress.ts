import type {UnitState, UnitValue, Wish} from './model.ts'
import {targetOf} from './rows.ts'
import type {ClusterView} from './view.ts'

/** How far a wish has come. `text` is what to say of it now. */
export interface Progress {
  readonly status: 'done' | 'waiting' | 'failed' | 'refused'
  readonly text: string
  /** The last lines of a unit that failed. */
  readonly log?: readonly string[]
}

/** What is being waited for: the wish, and the record that it wrote. */
export interface Goal {
  readonly name: string
  readonly wish: Wish
  readonly record: UnitValue | undefined
}

/** Holds the goal against what the cluster says. Pure; the rules from top to bottom, first match wins. */
export function progressOf(view: ClusterView, goal: Goal): Progress {
  const record = view.units.get(goal.name)
  if (goal.wish === 'destroy') return goneProgress(view, goal.name, 'destroyed')
  if (record === undefined) return {status: 'failed', text: 'was destroyed by someone else meanwhile'}
  if (goal.record !== undefined && record.generation > goal.record.generation)
    return {status: 'failed', text: 'was started anew by someone else meanwhile'}
  if (goal.record !== undefined && record.desiredState !== goal.record.desiredState) {
    return {status: 'failed', text: `was set to ${record.desiredState} by someone else meanwhile`}
  }
  if (goal.wish === 'unload' || (goal.wish === 'stop' && record.desiredState === 'inactive'))
    return goneProgress(view, goal.name, 'inactive')
  const assignments = [...view.assignments.values()].flatMap(units => units.get(goal.name) ?? [])
  const refusal = view.refusals.get(goal.name)
  if (assignments.length === 0) {
    if (isDoneElsewhere(view, goal, record)) return {status: 'done', text: 'has succeeded'}
    if (refusal !== undefined && refusal.unitRevision === record.revision) return {status: 'refused', text: refusal.reason}
    if (view.machines.size === 0) return {status: 'refused', text: 'no machine is registered: start `ctl agent` on one'}
    return {
      status: 'waiting',
      text: view.leader === undefined ? 'waiting for an engine: no machine leads' : 'waiting for a place',
    }
  }
  const each = assignments.map(assignment => {
    const current =
      assignment.generation >= record.generation &&
      assignment.file === record.file &&
      assignment.desiredState === record.desiredState
    if (!view.machines.has(assignment.machine))
      return {
        status: 'waiting',
        text: `machine ${assignment.machine} is lost${view.hold === undefined ? '' : `; ${view.hold}`}`,
      } as const
    const state = view.state(assignment.machine, goal.name)
    const place = targetOf(view, assignment.machine)
    if (!current || state === undefined || state.generation < record.generation || state.file !== record.file)
      return {status: 'waiting', text: `waiting for ${place}`} as const
    return goal.wish === 'start' || goal.wish === 'restart' ? startProgress(state, place) : restProgress(state, place, goal.wish)
  })
  return (
    each.find(progress => progress.status === 'failed') ??
    each.find(progress => progress.status === 'waiting') ??
    each[0] ?? {status: 'waiting', text: ''}
  )
}

function startProgress(state: UnitState, place: string): Progress {
  const reason = state.reason === undefined ? '' : `: ${state.reason}`
  const log = state.log === undefined ? {} : {log: state.log}
  if (state.load !== 'loaded') return {status: 'failed', text: `is ${state.load} on ${place}${reason}`}
  if (state.done) return {status: 'done', text: `succeeded on ${place}`}
  if (state.active === 'active') return {status: 'done', text: `launched on ${place}`}
  if (state.active === 'failed') return {status: 'failed', text: `failed on ${place}${reason}`, ...log}
  if (state.sub === 'auto-restart') return {status: 'failed', text: `fails on ${place}${reason}; it goes on being tried`, ...log}
  if (state.sub === 'condition') return {status: 'failed', text: `was not started on ${place}${reason}`}
  if (state.active === 'inactive' && state.exitCode !== undefined) return {status: 'done', text: `ran to its end on ${place}`}
  return {status: 'waiting', text: `${state.active}/${state.sub} on ${place}${reason}`}
}

function restProgress(state: UnitState, place: string, wish: Wish): Progress {
  if (state.active === 'deactivating' || (state.active === 'active' && state.sub !== 'exited') || state.active === 'activating') {
    if (wish === 'load') return {status: 'done', text: `loaded on ${place}`}
    return {status: 'waiting', text: `${state.active}/${state.sub} on ${place}`}
  }
  return {status: 'done', text: `loaded on ${place}`}
}

function goneProgress(view: ClusterView, name: string, word: string): Progress {
  for (const [machine, units] of view.assignments)
    if (units.has(name)) return {status: 'waiting', text: `waiting for ${targetOf(view, machine)} to stop it`}
  for (const [machine, units] of view.states) {
    if (units.has(name) && view.machines.has(machine))
      return {status: 'waiting', text: `${targetOf(view, machine)} is stopping it`}
  }
  return {status: 'done', text: word}
}

function isDoneElsewhere(view: ClusterView, goal: Goal, record: {readonly file: string; readonly generation: number}): boolean {
  if (goal.wish !== 'start' && goal.wish !== 'restart') return false
  for (const units of view.states.values()) {
    const state = units.get(goal.name)
    if (state?.done === true && state.file === record.file && state.generation === record.generation) return true
  }
  return false
}
