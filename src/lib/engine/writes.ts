import {unreachable} from '../base/errors.ts'
import {encode} from '../cluster/codec.ts'
import {assignmentSchema, moveSchema, refusalSchema} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {describeObjections} from '../scheduler/objection.ts'
import {keys, parseKey} from '../store/keys.ts'
import type {Write} from '../store/store.ts'
import type {EngineDecision} from './plan.ts'

/** What a decision writes; nothing when its unit went away meanwhile. */
export function writesOf(decision: EngineDecision, view: ClusterView): readonly Write[] {
  switch (decision.kind) {
    case 'place':
      return assignmentWrites(decision, view)
    case 'move':
      return assignmentWrites(decision, view)
    case 'wish': {
      const {unit, from, to, reason} = decision
      return [{kind: 'put', key: keys.move(unit), value: encode(moveSchema, {from, to, reason})}]
    }
    case 'unwish':
      return [{kind: 'delete', key: keys.move(decision.unit)}]
    case 'update': {
      const {reason = decision.reason, from} = view.assignments.get(decision.machine)?.get(decision.unit) ?? {}
      return assignmentWrites({...decision, reason, from}, view)
    }
    case 'evict':
      return [{kind: 'delete', key: keys.assignment(decision.machine, decision.unit)}]
    case 'forget':
      return [{kind: 'delete', key: keys.state(decision.machine, decision.unit)}]
    case 'withdraw':
      return [{kind: 'delete', key: keys.refusal(decision.unit)}]
    case 'refuse': {
      const record = view.units.get(decision.unit)
      if (record === undefined) return []
      const {objections, gaveWayTo} = decision
      const value = encode(refusalSchema, {unitRevision: record.revision, reason: describeObjections(objections), gaveWayTo})
      return [{kind: 'put', key: keys.refusal(decision.unit), value}]
    }
    default:
      return unreachable(decision)
  }
}

interface Place {
  readonly unit: string
  readonly machine: string
  readonly reason: string
  readonly from?: string | undefined
}

function assignmentWrites({unit, machine, reason, from}: Place, view: ClusterView): readonly Write[] {
  const record = view.units.get(unit)
  if (record === undefined || record.desiredState === 'inactive') return []
  const {file, desiredState, generation} = record
  const value = encode(assignmentSchema, {file, desiredState, generation, reason, from})
  return [{kind: 'put', key: keys.assignment(machine, unit), value}]
}

/**
 * The writes of units, in their order but for this: of units in a row that only come to a machine, those of one machine stand together,
 * so that its agent hears of them at once. Nobody passes one that leaves: the room may be meant for who comes after it.
 */
function togetherByMachine(units: readonly (readonly Write[])[]): readonly (readonly Write[])[] {
  const ordered: (readonly Write[])[] = []
  let coming: (readonly Write[])[] = []
  const flush = () => {
    for (const writes of Map.groupBy(coming, ([first]) => machineOf(first)).values())
      for (const each of writes) ordered.push(each)
    coming = []
  }
  for (const writes of units) {
    if (writes.every(({kind}) => kind === 'put')) coming.push(writes)
    else {
      flush()
      ordered.push(writes)
    }
  }
  flush()
  return ordered
}

function machineOf(write: Write | undefined): string {
  const key = write === undefined ? undefined : parseKey(write.key)
  return key !== undefined && 'machine' in key ? key.machine : ''
}

/**
 * Batches of writes, none above the limit, all decisions of one unit in one batch: a move is taken from there and placed
 * here at one revision.
 */
export function batchesOf(decisions: readonly EngineDecision[], view: ClusterView, limit: number): readonly (readonly Write[])[] {
  const byUnit = new Map<string, Write[]>()
  for (const decision of decisions) {
    const writes = byUnit.get(decision.unit)
    if (writes === undefined) byUnit.set(decision.unit, [...writesOf(decision, view)])
    else writes.push(...writesOf(decision, view))
  }
  const batches: Write[][] = []
  for (const writes of togetherByMachine([...byUnit.values()])) {
    for (let at = 0; at < writes.length; at += limit) {
      const part = writes.slice(at, at + limit)
      const last = batches.at(-1)
      if (last !== undefined && last.length + part.length <= limit) last.push(...part)
      else batches.push(part)
    }
  }
  return batches
}
