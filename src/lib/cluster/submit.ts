import {ConflictError} from '../base/errors.ts'
import type {Store} from '../store/store.ts'
import {fileHash} from '../unit/hash.ts'
import {type ChangeResult, changeUnits, readRecords} from './change.ts'
import {endedRuns, granted} from './desire.ts'
import {desiredStates, type UnitRecord, type UnitValue} from './model.ts'

/** A unit to be known to the cluster, with the text of its file and where it came from. */
export interface Submission {
  readonly name: string
  readonly text: string
  readonly source: string
}

export interface SubmitOptions {
  /** Units to be loaded or started besides, submitted here or known before. */
  readonly wish?: {readonly to: 'load' | 'start'; readonly names: readonly string[]}
  readonly replace: boolean
  readonly signal: AbortSignal
}

/**
 * Makes units known and, in the same writes, wishes for them. A known unit with another file is left alone unless `replace`
 * is asked for, and then only where the wish is allowed to disturb it: throws ConflictError that names all that it is not,
 * before anything is written. What a replaced unit is wanted to be stays as it is. Results: the units wished for first.
 */
export async function submitUnits(
  store: Store,
  submissions: readonly Submission[],
  {wish, replace, signal}: SubmitOptions,
): Promise<readonly ChangeResult[]> {
  const texts = new Map(submissions.map(({name, text}) => [name, text]))
  const names = [...new Set([...(wish?.names ?? []), ...texts.keys()])]
  const records = await readRecords(store, names, signal)
  if (replace) refuseToDisturb(submissions, records, wish?.to)
  const ended = await endedRuns(store, records.values(), wish?.to, signal)
  const wished = new Set(wish?.names)
  const changes = names.map(name => {
    const text = texts.get(name)
    const file = text === undefined ? undefined : fileHash(text)
    const to = wished.has(name) ? wish?.to : undefined
    const change = (before: UnitRecord | undefined) => {
      const known = submitted(before, file, replace)
      return to === undefined || known === undefined ? changed(before, known) : wishedFor(before, known, {to, ended})
    }
    return {name, change, ...(text === undefined ? {} : {text})}
  })
  return changeUnits(store, changes, signal)
}

/** What became of a submission. */
export function outcomeOf(result: ChangeResult, submission: Submission | undefined): 'created' | 'replaced' | 'same' | 'differs' {
  if (result.before === undefined) return 'created'
  if (result.record?.file !== result.before.file) return 'replaced'
  return submission === undefined || fileHash(submission.text) === result.before.file ? 'same' : 'differs'
}

/** The record once the file is submitted. */
function submitted(before: UnitRecord | undefined, file: string | undefined, replace: boolean): UnitValue | undefined {
  if (before === undefined) return file === undefined ? undefined : {file, desiredState: 'inactive', generation: 0}
  const {desiredState, generation} = before
  return {file: replace && file !== undefined ? file : before.file, desiredState, generation}
}

function wishedFor(
  before: UnitRecord | undefined,
  known: UnitValue,
  {to, ended}: {readonly to: 'load' | 'start'; readonly ended: {has(record: UnitRecord): boolean}},
): UnitValue | 'delete' | undefined {
  return granted(known, to, before !== undefined && ended.has(before)) ?? changed(before, known)
}

function changed(before: UnitRecord | undefined, after: UnitValue | undefined): UnitValue | undefined {
  return before !== undefined && before.file === after?.file ? undefined : after
}

/** The furthest desired state that each command may disturb by a replacement. */
const disturbs = {submit: 'inactive', load: 'loaded', start: 'launched'} as const

function refuseToDisturb(
  submissions: readonly Submission[],
  records: ReadonlyMap<string, UnitRecord>,
  wish: 'load' | 'start' | undefined,
): void {
  const allowed = desiredStates.indexOf(disturbs[wish ?? 'submit'])
  const disturbed = submissions.filter(({name, text}) => {
    const record = records.get(name)
    return record !== undefined && record.file !== fileHash(text) && desiredStates.indexOf(record.desiredState) > allowed
  })
  const [first] = disturbed
  if (first === undefined) return
  const state = records.get(first.name)?.desiredState
  const names = disturbed.map(each => each.name).join(', ')
  throw new ConflictError(`${names}: cannot be replaced while ${state}; nothing was changed`, {
    hint: `use \`ctl ${state === 'launched' ? 'start' : 'load'} --replace\`, which replaces it where it runs`,
  })
}
