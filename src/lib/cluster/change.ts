import {ConflictError} from '../base/errors.ts'
import {keys, prefixes} from '../store/keys.ts'
import {type Guard, maxWrites, type Store, type Write} from '../store/store.ts'
import {encode} from './codec.ts'
import {type UnitRecord, type UnitValue, unitRecordSchema} from './model.ts'
import {ClusterView} from './view.ts'

/** One unit's change: what to write given what is there; undefined to leave it as it is. */
export interface UnitChange {
  readonly name: string
  /** The text of the unit file, written with the record when the record names it. */
  readonly text?: string
  readonly change: (before: UnitRecord | undefined) => UnitValue | 'delete' | undefined
}

/** What became of a change: the record as it stands now, undefined when there is none. */
export interface ChangeResult {
  readonly name: string
  readonly changed: boolean
  readonly record: UnitValue | undefined
}

/**
 * Changes units, each guarded by what was seen of it; one that somebody else changed meanwhile is looked at and decided
 * again. Batches keep within the store's limits: a batch is written whole or not at all. Results come in the given order.
 * Throws ConflictError for a record that cannot be read, or one that changes faster than this can follow.
 */
export async function changeUnits(
  store: Store,
  changes: readonly UnitChange[],
  signal: AbortSignal,
): Promise<readonly ChangeResult[]> {
  const results = new Map<string, ChangeResult>()
  let todo = changes
  for (let attempt = 0; todo.length > 0; attempt++) {
    if (attempt === attempts)
      throw new ConflictError(`${todo[0]?.name} is being changed by others all the time`, {hint: 'look who does, and try again'})
    const records = await readRecords(
      store,
      todo.map(change => change.name),
      signal,
    )
    const plans = todo.map(change => ({change, before: records.get(change.name), after: change.change(records.get(change.name))}))
    const again: UnitChange[] = []
    for (const batch of inBatches(plans)) {
      if (await write(store, batch, signal)) for (const plan of batch) results.set(plan.change.name, resultOf(plan))
      else again.push(...batch.map(plan => plan.change))
    }
    todo = again
  }
  return changes.flatMap(change => results.get(change.name) ?? [])
}

/** The records of these units, as far as they exist. Throws ConflictError for one that cannot be read. */
export async function readRecords(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, UnitRecord>> {
  const {entries} =
    names.length > getLimit ? await store.list([prefixes.units], {signal}) : await store.get(names.map(keys.unit), {signal})
  const view = ClusterView.of(entries)
  for (const name of names) {
    const problem = view.unreadable.get(keys.unit(name))
    if (problem === undefined) continue
    throw new ConflictError(`the record of ${name} (key ${keys.unit(name)}) cannot be read: ${problem}`, {
      hint: 'nothing was changed; mend or delete that key',
    })
  }
  return view.units
}

interface Plan {
  readonly change: UnitChange
  readonly before: UnitRecord | undefined
  readonly after: UnitValue | 'delete' | undefined
}

const attempts = 10
/** Above this many units one listing of all is cheaper than asking for each. */
const getLimit = 128
/** Guards and writes are limited alike; a put may bring its file along. */
const batchSize = Math.floor(maxWrites / 2)

function resultOf({change, before, after}: Plan): ChangeResult {
  if (after === undefined) return {name: change.name, changed: false, record: before}
  return {name: change.name, changed: true, record: after === 'delete' ? undefined : after}
}

/** Plans without effect cost nothing; they go along in any batch. */
function inBatches(plans: readonly Plan[]): readonly (readonly Plan[])[] {
  const batches: Plan[][] = []
  for (let at = 0; at < plans.length; at += batchSize) batches.push(plans.slice(at, at + batchSize))
  return batches
}

async function write(store: Store, plans: readonly Plan[], signal: AbortSignal): Promise<boolean> {
  const guards: Guard[] = []
  const writes: Write[] = []
  const files = new Map<string, string>()
  for (const {change, before, after} of plans) {
    if (after === undefined) continue
    const key = keys.unit(change.name)
    guards.push({kind: 'unchanged', key, modRevision: before?.revision ?? 0})
    if (after === 'delete') {
      writes.push({kind: 'delete', key})
      continue
    }
    writes.push({kind: 'put', key, value: encode(unitRecordSchema, after)})
    if (after.file === before?.file) continue
    if (change.text !== undefined) files.set(after.file, change.text)
    else guards.push({kind: 'present', key: keys.file(after.file)})
  }
  for (const [hash, text] of files) writes.push({kind: 'put', key: keys.file(hash), value: text})
  if (writes.length === 0) return true
  return (await store.commit(guards, writes, {signal})).ok
}
