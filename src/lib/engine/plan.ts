import {unreachable} from '../base/errors.ts'
import {onceEach} from '../base/once-each.ts'
import {type Assignment, refusalText, type UnitRecord, type UnitState} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {Decision, Unwish} from '../scheduler/decision.ts'
import type {Kept} from '../scheduler/drain.ts'
import type {Ground} from '../scheduler/ground.ts'
import {holdReason} from '../scheduler/hold.ts'
import {describeObjections, type Objection} from '../scheduler/objection.ts'
import {planRebalance} from '../scheduler/rebalance.ts'
import {scheduleAndShow} from '../scheduler/schedule.ts'
import {seatKey} from '../scheduler/seats.ts'
import type {Snapshot, SnapshotMove} from '../scheduler/snapshot.ts'
import {keys} from '../store/keys.ts'
import {type Circumstances, isAssigned, isDone, takeSnapshot} from './snapshot.ts'
import type {UnitShelf} from './unit-shelf.ts'

/** What the engine decided; every change to what the cluster stores is one of these. */
export type EngineDecision =
  | Decision
  /** An operator's wish to move the unit is fulfilled, or cannot be. */
  | ({readonly kind: 'unwish'} & Unwish)
  /** The assignment stays and its contents follow the unit: another file, desired state or generation. */
  | {readonly kind: 'update'; readonly unit: string; readonly machine: string; readonly reason: string}
  /** The unit is to be moved, since that evens out the load. */
  | ({readonly kind: 'wish'} & SnapshotMove)
  /** A refusal does not hold any more. */
  | {readonly kind: 'withdraw'; readonly unit: string; readonly reason: string}
  /** A state that a lost machine left behind is out of date. */
  | {readonly kind: 'forget'; readonly unit: string; readonly machine: string; readonly reason: string}

export interface EnginePlan {
  readonly decisions: readonly EngineDecision[]
  /** Why nothing is moved away from the machines that are lost, where that is so. */
  readonly hold: string | undefined
  /** For whom room is being made, by unit, and on which machine: for the next look to keep to. */
  readonly promised: ReadonlyMap<string, string>
}

/** Everything to be done now so that what is stored follows from what is wanted. Nothing at rest. */
export function planEngine(view: ClusterView, shelf: UnitShelf, circumstances: Circumstances = {}): EnginePlan {
  return planAll(view, shelf, circumstances)
}

/** As `planEngine`, with the ground that the pass has left, and those that found no place. */
export function planAll(
  view: ClusterView,
  shelf: UnitShelf,
  circumstances: Circumstances,
): EnginePlan & {
  readonly ground: Ground
  readonly snapshot: Snapshot
  readonly refused: ReadonlySet<string>
  readonly kept: readonly Kept[]
} {
  const snapshot = takeSnapshot(view, shelf, circumstances)
  const {decisions: scheduled, unwished, ground, kept} = scheduleAndShow(snapshot)
  const moved = new Set<string>()
  const refused = new Set<string>()
  const promised = new Map<string, string>()
  const decisions: EngineDecision[] = []
  for (const decision of scheduled) {
    if (decision.kind === 'refuse') {
      refused.add(decision.unit)
      if (decision.promised !== undefined) promised.set(decision.unit, decision.promised)
      const gaveWayTo = decision.gaveWayTo ?? view.refusals.get(decision.unit)?.gaveWayTo
      const refusal = gaveWayTo === undefined ? decision : {...decision, gaveWayTo}
      if (isNews(refusal, view)) decisions.push(refusal)
    } else {
      if (decision.kind === 'evict') moved.add(seatKey(decision.unit, decision.machine))
      decisions.push(decision)
    }
  }
  for (const assignment of view.allAssignments()) {
    const record = view.units.get(assignment.unit)
    if (record === undefined || snapshot.frozen.has(record.name) || moved.has(seatKey(assignment.unit, assignment.machine)))
      continue
    const reason = reasonToUpdate(assignment, record)
    if (reason !== undefined) decisions.push({kind: 'update', unit: assignment.unit, machine: assignment.machine, reason})
  }
  for (const unit of view.refusals.keys())
    if (!refused.has(unit)) decisions.push({kind: 'withdraw', unit, reason: 'placed, or no longer wanted'})
  for (const each of unwished) decisions.push({kind: 'unwish', ...each})
  for (const state of view.allStates()) {
    const reason = reasonToForget(state, view)
    if (reason !== undefined) decisions.push({kind: 'forget', unit: state.unit, machine: state.machine, reason})
  }
  return {decisions, hold: holdReason(snapshot), promised, ground, snapshot, refused, kept}
}

/** The one move that would even out the load of the machines most, where that is wanted; for a cluster at rest. */
export function planEvening(view: ClusterView, shelf: UnitShelf, now: number): readonly EngineDecision[] {
  if (view.clusterSettings.rebalance !== true || view.moves.size > 0 || view.hold !== undefined) return []
  return planRebalance(takeSnapshot(view, shelf, {now}), 1).map(move => ({kind: 'wish', ...move}))
}

/** One line a decision, the same in the log, the dry run and the tests. */
export function describeDecision(decision: EngineDecision): string {
  switch (decision.kind) {
    case 'place':
      return `place ${decision.unit} on ${decision.machine}: ${decision.reason}`
    case 'move':
      return `move ${decision.unit} from ${decision.from} to ${decision.machine}: ${decision.reason}`
    case 'wish':
      return `${decision.unit} is to go from ${decision.from} to ${decision.to}: ${decision.reason}`
    case 'unwish':
      return `${decision.unit} is not to be moved any more: ${decision.reason}`
    case 'evict':
      return `take ${decision.unit} from ${decision.machine}: ${decision.reason}`
    case 'refuse':
      return `no place for ${decision.unit}: ${refusalText(describeObjections(decision.objections), decision.gaveWayTo)}`
    case 'update':
      return `update ${decision.unit} on ${decision.machine}: ${decision.reason}`
    case 'withdraw':
      return `${decision.unit} is not refused any more: ${decision.reason}`
    case 'forget':
      return `forget the state of ${decision.unit} on ${decision.machine}: ${decision.reason}`
    default:
      return unreachable(decision)
  }
}

/** What passes by itself is not told, since the next look may place the unit; but that it gave way is. */
function isNews(decision: Decision & {kind: 'refuse'}, view: ClusterView): boolean {
  const told = view.refusals.get(decision.unit)
  if (decision.gaveWayTo !== told?.gaveWayTo) return true
  if (passesByItself(decision.objections)) return false
  return (
    told?.unitRevision !== view.units.get(decision.unit)?.revision || told?.objections !== describeObjections(decision.objections)
  )
}

const passesByItself = onceEach((objections: readonly Objection[]) =>
  objections.some(({kind}) => kind === 'stopping' || kind === 'awaited'),
)

export function reasonToUpdate(assignment: Assignment, record: UnitRecord): string | undefined {
  if (record.desiredState === 'inactive') return undefined
  if (assignment.file !== record.file) return 'its unit file was replaced'
  if (assignment.desiredState !== record.desiredState) return `${record.desiredState} is wanted`
  if (assignment.generation !== record.generation) return 'a fresh start is wanted'
  return undefined
}

/** States are their agents' to write; only what a machine that is not there any more left behind is the engine's to clear. */
export function reasonToForget(state: UnitState, view: ClusterView): string | undefined {
  if (view.machines.has(state.machine) || view.unreadable.has(keys.machine(state.machine))) return undefined
  if (view.unreadable.has(keys.unit(state.unit))) return undefined
  const record = view.units.get(state.unit)
  if (record === undefined) return 'the unit is destroyed'
  if (isAssigned(view, state.machine, state.unit)) return undefined
  if (isDone(record, state)) return undefined
  if (record.desiredState === 'inactive') return 'the unit is unloaded'
  const elsewhere = [...view.reportersOf(state.unit)].filter(machine => machine !== state.machine && view.machines.has(machine))
  return elsewhere[0] === undefined ? undefined : `the unit reports from ${elsewhere[0]}`
}
