import {ConflictError} from '../base/errors.ts'
import {Limiter} from '../base/limiter.ts'
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

/** What became of a change. */
export interface ChangeResult {
  readonly name: string
  readonly before: UnitRecord | undefined
  /** The record as it stands now; undefined when there is none. */
  readonly record: UnitValue | undefined
  /** The revision at which it came to stand so; 0 when there is none and was none. */
  readonly revision: number
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
    const names = todo.map(change => change.name)
    const records = await readRecords(store, names, signal)
    const again: UnitChange[] = []
    const underway = new Limiter(batchesAtOnce)
    const write = async (batch: readonly Plan[]) => {
      const revision = await writeBatch(store, batch, signal)
      for (const plan of batch) {
        if (revision === undefined) again.push(plan.change)
        else results.set(plan.change.name, resultOf(plan, revision))
      }
    }
    const plans = todo.map(change => ({change, before: records.get(change.name), after: change.change(records.get(change.name))}))
    for (const plan of plans) if (plan.after === undefined) results.set(plan.change.name, resultOf(plan, 0))
    await Promise.all(inBatches(plans.filter(isEffective)).map(batch => underway.run(() => write(batch), signal)))
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

type EffectivePlan = Plan & {readonly after: UnitValue | 'delete'}

const attempts = 10
/** Above this many units one listing of all is cheaper than asking for each. */
const getLimit = 128
/** More gains nothing: etcd orders them one after the other. */
const batchesAtOnce = 4

function isEffective(plan: Plan): plan is EffectivePlan {
  return plan.after !== undefined
}

function resultOf({change, before, after}: Plan, revision: number): ChangeResult {
  if (after === undefined) return {name: change.name, before, record: before, revision: before?.revision ?? 0}
  return {name: change.name, before, record: after === 'delete' ? undefined : after, revision}
}

/** As many as one commit takes: each has a guard and a write, and may bring a file that no other of its batch brought. */
function inBatches(plans: readonly EffectivePlan[]): readonly (readonly EffectivePlan[])[] {
  const batches: EffectivePlan[][] = []
  let files = new Set<string>()
  for (const plan of plans) {
    const batch = batches.at(-1)
    const file = plan.after === 'delete' || plan.after.file === plan.before?.file ? undefined : plan.after.file
    const room = maxWrites - (batch?.length ?? 0) - files.size
    if (batch === undefined || room < (file === undefined || files.has(file) ? 1 : 2)) {
      batches.push([plan])
      files = new Set()
    } else batch.push(plan)
    if (file !== undefined) files.add(file)
  }
  return batches
}

/** The revision of the commit; undefined when something in it was changed by others meanwhile. */
async function writeBatch(store: Store, plans: readonly Plan[], signal: AbortSignal): Promise<number | undefined> {
  const guards: Guard[] = []
  const writes: Write[] = []
  const brought = new Map<string, string>()
  const presumed = new Set<string>()
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
    if (change.text !== undefined) brought.set(after.file, change.text)
    else presumed.add(after.file)
  }
  for (const [hash, text] of brought) writes.push({kind: 'put', key: keys.file(hash), value: text})
  for (const hash of presumed) if (!brought.has(hash)) guards.push({kind: 'present', key: keys.file(hash)})
  const {ok, revision} = await store.commit(guards, writes, {signal})
  return ok ? revision : undefined
}
