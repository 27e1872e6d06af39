import {NotFoundError} from '../base/errors.ts'
import {prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {changeUnits} from './change.ts'
import type {DesiredState, UnitState, UnitValue, Wish} from './model.ts'
import {ClusterView} from './view.ts'

export interface Desired {
  readonly name: string
  readonly changed: boolean
  /** The record that the cluster is to follow now; undefined when it was destroyed. */
  readonly record: UnitValue | undefined
}

/**
 * Records the wish for each unit. All names must be known: throws NotFoundError that names every unknown one, before
 * anything is written.
 */
export async function wishFor(
  store: Store,
  names: readonly string[],
  wish: Wish,
  signal: AbortSignal,
): Promise<readonly Desired[]> {
  const view = ClusterView.of(
    (await store.list(wish === 'start' ? [prefixes.units, prefixes.states] : [prefixes.units], {signal})).entries,
  )
  const unknown = names.filter(name => !view.units.has(name) && !view.unreadable.has(`units/${name}`))
  if (unknown.length > 0) {
    throw new NotFoundError(`${unknown.join(', ')}: no such unit${unknown.length === 1 ? '' : 's'}; nothing was changed`, {
      hint: '`ctl list-unit-files` shows what is known',
    })
  }
  const ended = new Set([...view.allStates()].filter(hasEnded).map(state => `${state.unit} ${state.generation}`))
  const changes = names.map(name => ({
    name,
    change: (before: UnitValue | undefined) =>
      before === undefined ? undefined : granted(before, wish, ended.has(`${name} ${before.generation}`)),
  }))
  return changeUnits(store, changes, signal)
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

/** A start is then a start anew, as systemctl's is. */
function hasEnded(state: UnitState): boolean {
  return state.active === 'failed' || (state.active === 'inactive' && (state.exitCode !== undefined || state.done === true))
}
