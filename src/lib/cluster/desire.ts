import type {Store} from '../store/store.ts'
import {type ChangeResult, changeUnits, readRecords} from './change.ts'
import type {DesiredState, UnitRecord, UnitState, UnitValue, Wish} from './model.ts'
import {readStates} from './read.ts'
import {unknownUnits} from './unknown-units.ts'

/**
 * Records the wish for each unit. All names must be known: throws NotFoundError that names every unknown one, before
 * anything is written.
 */
export async function wishFor(
  store: Store,
  names: readonly string[],
  wish: Wish,
  signal: AbortSignal,
): Promise<readonly ChangeResult[]> {
  const records = await readRecords(store, names, signal)
  const unknown = names.filter(name => !records.has(name))
  if (unknown.length > 0) throw await unknownUnits(store, unknown, {signal, consequence: 'nothing was changed'})
  const ended = await endedRuns(store, records.values(), wish, signal)
  const change = (before: UnitRecord | undefined) => (before === undefined ? undefined : granted(before, wish, ended.has(before)))
  return changeUnits(
    store,
    names.map(name => ({name, change})),
    signal,
  )
}

/** The record that grants the wish; undefined when it is granted already. */
export function granted(before: UnitValue, wish: Wish, hasEnded: boolean): UnitValue | 'delete' | undefined {
  const to = (desiredState: DesiredState, generation = before.generation): UnitValue => ({
    file: before.file,
    desiredState,
    generation,
  })
  switch (wish) {
    case 'start':
      return before.desiredState === 'launched' && !hasEnded ? undefined : to('launched', before.generation + 1)
    case 'restart':
      return to('launched', before.generation + 1)
    case 'load':
      return before.desiredState === 'inactive' ? to('loaded') : undefined
    case 'stop':
      return before.desiredState === 'launched' ? to('loaded') : undefined
    case 'unload':
      return before.desiredState === 'inactive' ? undefined : to('inactive')
    case 'destroy':
      return 'delete'
  }
}

/** Which units have come to the end of what their record asks for. */
export interface EndedRuns {
  has(record: UnitRecord): boolean
}

/** Reads, where a wish depends on it, which of the units have ended: a start is then a start anew, as systemctl's is. */
export async function endedRuns(
  store: Store,
  records: Iterable<UnitRecord>,
  wish: Wish | undefined,
  signal: AbortSignal,
): Promise<EndedRuns> {
  const launched = [...records].filter(({desiredState}) => desiredState === 'launched').map(({name}) => name)
  if (wish !== 'start' || launched.length === 0) return {has: () => false}
  const states = await readStates(store, launched, signal)
  const ended = new Set(states.filter(hasEnded).map(state => `${state.unit} ${state.generation}`))
  return {has: ({name, generation}) => ended.has(`${name} ${generation}`)}
}

/** Whether what ran has come to an end, good or bad. */
export function hasEnded(state: UnitState): boolean {
  return state.active === 'failed' || (state.active === 'inactive' && (state.exitCode !== undefined || state.done === true))
}
