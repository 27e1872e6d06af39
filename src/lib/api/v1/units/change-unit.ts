import {type ChangeResult, changeUnits, readRecords} from '../../../cluster/change.ts'
import {endedRuns, granted} from '../../../cluster/desire.ts'
import type {DesiredState, UnitRecord, UnitValue, Wish} from '../../../cluster/model.ts'
import type {Store} from '../../../store/store.ts'
import {fileHash} from '../../../unit/hash.ts'
import type {Precondition} from './precondition.ts'
import {unknownUnit} from './unit-page.ts'

/** A change of one unit, and what the caller took for given. */
export interface Changing {
  readonly name: string
  readonly precondition: Precondition
  readonly signal: AbortSignal
}

/** What was done, and the revision since which it stands. */
export interface Changed {
  readonly change: 'created' | 'replaced' | 'changed' | 'same' | 'destroyed'
  readonly record: UnitValue | undefined
  readonly revision: number
}

/** Makes the unit what is wanted: this file, if one is given, and this desired state, if one is. Twice is as once. */
export async function putUnit(
  store: Store,
  wanted: {readonly file: string | undefined; readonly text: string | undefined; readonly desiredState: DesiredState | undefined},
  {name, precondition, signal}: Changing,
): Promise<Changed> {
  const change = (before: UnitRecord | undefined): UnitValue | undefined => {
    precondition(before)
    const file = wanted.file ?? before?.file
    if (file === undefined) throw unknownUnit(name, undefined)
    const known = {file, desiredState: before?.desiredState ?? 'inactive', generation: before?.generation ?? 0}
    const desired = desiredBy(known, wanted.desiredState)
    const same = before !== undefined && desired.file === before.file && desired.desiredState === before.desiredState
    return same ? undefined : desired
  }
  const [result] = await changeUnits(store, [{name, change, ...(wanted.text === undefined ? {} : {text: wanted.text})}], signal)
  return changedBy(result)
}

/**
 * Grants a wish. A unit that is not known is made first, of the text if one is given. Throws HttpError 404 for one that is
 * not known and has none.
 */
export async function grantWish(
  store: Store,
  wish: Wish,
  {name, precondition, signal, text}: Changing & {readonly text?: string | undefined},
): Promise<Changed> {
  const records = await readRecords(store, [name], signal)
  const ended = await endedRuns(store, records.values(), wish, signal)
  const change = (before: UnitRecord | undefined): UnitValue | 'delete' | undefined => {
    precondition(before)
    if (before === undefined && text === undefined) throw unknownUnit(name, undefined)
    if (before !== undefined) return granted(before, wish, ended.has(before))
    return granted({file: fileHash(text ?? ''), desiredState: 'inactive', generation: 0}, wish, false)
  }
  const [result] = await changeUnits(store, [{name, change, ...(text === undefined ? {} : {text})}], signal)
  return changedBy(result)
}

/** A unit that comes to be launched is started anew; one that is launched already runs on, with its new file. */
function desiredBy(known: UnitValue, desiredState: DesiredState | undefined): UnitValue {
  if (desiredState === undefined || desiredState === known.desiredState) return known
  return {...known, desiredState, generation: known.generation + (desiredState === 'launched' ? 1 : 0)}
}

function changedBy(result: ChangeResult | undefined): Changed {
  if (result === undefined) throw new Error('a change has a result')
  const {before, record, revision} = result
  return {change: kindOf(before, record), record, revision}
}

function kindOf(before: UnitRecord | undefined, after: UnitValue | undefined): Changed['change'] {
  if (after === undefined) return 'destroyed'
  if (before === undefined) return 'created'
  if (after.file !== before.file) return 'replaced'
  return after === before ? 'same' : 'changed'
}
