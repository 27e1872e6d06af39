import {encode} from '../cluster/codec.ts'
import {granted, hasEnded} from '../cluster/desire.ts'
import {type UnitRecord, type UnitValue, unitRecordSchema, type Wish} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {keys} from '../store/keys.ts'
import {fileHash} from '../unit/hash.ts'
import {copyView} from './copy-view.ts'

/** What somebody is about to do to a cluster. */
export type Change =
  | {
      readonly kind: 'wish'
      readonly wish: Wish
      readonly units: readonly string[]
      /** Unit files that become known with it. */
      readonly submissions: readonly {readonly name: string; readonly text: string}[]
      /** Whether they take the place of others under the same name. */
      readonly replace: boolean
    }
  /** Machines by id: all their units are to go elsewhere. */
  | {readonly kind: 'drain'; readonly machines: readonly string[]}
  /** Machines by id: all at once they are not there any more. */
  | {readonly kind: 'lose'; readonly machines: readonly string[]}

/** The cluster as it is once the change is written and before anybody has acted on it, as of `revision`. */
export function changed(view: ClusterView, change: Change, revision: number): ClusterView {
  const after = copyView(view)
  switch (change.kind) {
    case 'wish':
      wish(after, change, revision)
      break
    case 'drain':
      for (const id of change.machines) {
        const machine = after.machines.get(id)
        if (machine !== undefined) after.machines.set(id, {...machine, leaving: true})
      }
      break
    case 'lose':
      for (const id of change.machines) after.machines.delete(id)
  }
  return after
}

function wish(view: ClusterView, {wish, units, submissions, replace}: Change & {kind: 'wish'}, revision: number): void {
  const texts = new Map(submissions.map(({name, text}) => [name, text]))
  const wished = new Set(units)
  for (const name of new Set([...units, ...texts.keys()])) {
    const before = view.units.get(name)
    const text = texts.get(name)
    const known = submitted(before, text === undefined ? undefined : fileHash(text), replace)
    if (known === undefined) continue
    const ended = wish === 'start' && before !== undefined && endedRun(view, before)
    const after = (wished.has(name) ? granted(known, wish, ended) : undefined) ?? (known === before ? undefined : known)
    if (after === undefined) continue
    if (text !== undefined) view.files.set(fileHash(text), text)
    if (after === 'delete') view.units.delete(name)
    else {
      const value = encode(unitRecordSchema, after)
      view.put({key: keys.unit(name), value, createRevision: revision, modRevision: revision})
    }
  }
}

/** The record itself where its file stays. */
function submitted(before: UnitRecord | undefined, file: string | undefined, replace: boolean): UnitValue | undefined {
  if (before === undefined) return file === undefined ? undefined : {file, desiredState: 'inactive', generation: 0}
  return file === undefined || !replace || file === before.file ? before : {...before, file}
}

function endedRun(view: ClusterView, {name, generation}: UnitRecord): boolean {
  return [...view.states.values()].some(units => {
    const state = units.get(name)
    return state !== undefined && state.generation === generation && hasEnded(state)
  })
}
