import {ConflictError} from '../base/errors.ts'
import type {Store} from '../store/store.ts'
import {fileHash} from '../unit/hash.ts'
import {type ChangeResult, changeUnits, readRecords} from './change.ts'
import {type DesiredState, desiredStates} from './model.ts'

/** A unit to be known to the cluster, with the text of its file and where it came from. */
export interface Submission {
  readonly name: string
  readonly text: string
  readonly source: string
}

export interface SubmitResult {
  readonly name: string
  readonly outcome: 'created' | 'replaced' | 'same' | 'differs'
}

/**
 * Makes units known. A known unit with another file is left alone (`differs`) unless `replace` is asked for, and then only
 * up to the desired state that the command is allowed to disturb: all are refused together, before anything is written.
 * What a replaced unit is wanted to be stays as it is.
 */
export async function submitUnits(
  store: Store,
  submissions: readonly Submission[],
  options: {readonly replace: boolean; readonly upTo: DesiredState; readonly signal: AbortSignal},
): Promise<readonly SubmitResult[]> {
  if (submissions.length === 0) return []
  if (options.replace) await refuseToDisturb(store, submissions, options)
  const outcomes = new Map<string, SubmitResult['outcome']>()
  const changes = submissions.map(({name, text}) => ({
    name,
    text,
    change: (before: {file: string; desiredState: DesiredState; generation: number} | undefined) => {
      const file = fileHash(text)
      if (before === undefined) {
        outcomes.set(name, 'created')
        return {file, desiredState: 'inactive' as const, generation: 0}
      }
      outcomes.set(name, before.file === file ? 'same' : options.replace ? 'replaced' : 'differs')
      if (before.file === file || !options.replace) return undefined
      return {file, desiredState: before.desiredState, generation: before.generation}
    },
  }))
  const results: readonly ChangeResult[] = await changeUnits(store, changes, options.signal)
  return results.map(({name}) => ({name, outcome: outcomes.get(name) ?? 'same'}))
}

async function refuseToDisturb(
  store: Store,
  submissions: readonly Submission[],
  {upTo, signal}: {readonly upTo: DesiredState; readonly signal: AbortSignal},
): Promise<void> {
  const records = await readRecords(
    store,
    submissions.map(each => each.name),
    signal,
  )
  const allowed = desiredStates.indexOf(upTo)
  const disturbed = submissions.filter(({name, text}) => {
    const record = records.get(name)
    return record !== undefined && record.file !== fileHash(text) && desiredStates.indexOf(record.desiredState) > allowed
  })
  const [first] = disturbed
  if (first === undefined) return
  const state = records.get(first.name)?.desiredState
  throw new ConflictError(
    `${disturbed.map(each => each.name).join(', ')}: cannot be replaced while ${state}; nothing was changed`,
    {
      hint: `use \`ctl ${state === 'launched' ? 'start' : 'load'} --replace\`, which replaces it where it runs`,
    },
  )
}
