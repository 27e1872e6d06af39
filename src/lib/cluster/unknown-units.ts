import {NotFoundError} from '../base/errors.ts'
import {compareNatural} from '../base/natural-order.ts'
import type {Store} from '../store/store.ts'
import {nearestFew} from '../unit/nearest.ts'
import {readUnitNames} from './unit-names.ts'

/**
 * What to tell of units that the cluster does not know: all of them, and in the hint the known names that come nearest.
 * Reads the names of all units for that. `consequence` ends the sentence: `nothing was changed`.
 */
export async function unknownUnits(
  store: Store,
  unknown: readonly string[],
  {signal, consequence}: {readonly signal: AbortSignal; readonly consequence?: string},
): Promise<NotFoundError> {
  return describeUnknownUnits(unknown, await readUnitNames(store, signal), consequence)
}

/** As `unknownUnits`, among names that are known already. A glob is told as one that nothing matches. */
export function describeUnknownUnits(unknown: readonly string[], known: Iterable<string>, consequence?: string): NotFoundError {
  const what = unknown.some(isPattern) ? 'no known unit matches' : `no such unit${unknown.length === 1 ? '' : 's'}`
  const end = consequence === undefined ? '' : `; ${consequence}`
  const near = nearestNames(unknown, [...known].sort(compareNatural))
  return new NotFoundError(`${unknown.join(', ')}: ${what}${end}`, {
    hint: near.length === 0 ? whereToLook : `did you mean ${near.join(' or ')}? ${whereToLook}`,
  })
}

const whereToLook = '`ctl list-unit-files` shows what is known'
const mostNames = 3

function isPattern(name: string): boolean {
  return /[*?[]/.test(name)
}

function nearestNames(unknown: readonly string[], known: readonly string[]): readonly string[] {
  const near = new Set<string>()
  for (const name of unknown.slice(0, mostNames)) {
    if (isPattern(name)) continue
    for (const each of nearestFew(name, known, mostNames)) if (near.size < mostNames) near.add(each)
  }
  return [...near]
}
