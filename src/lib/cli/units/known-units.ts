import {readUnitNames} from '../../cluster/unit-names.ts'
import {describeUnknownUnits} from '../../cluster/unknown-units.ts'
import type {Store} from '../../store/store.ts'
import {matchesGlob} from '../../unit/glob.ts'
import {expandNames, parseUnitName} from '../../unit/names.ts'

/** The names that arguments mean among the known units: braces opened, globs matched. Throws NotFoundError for a glob without a match. */
export async function knownUnits(store: Store, args: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const patterns = args.flatMap(expandNames)
  if (!patterns.some(isGlob)) return [...new Set(patterns.map(name => parseUnitName(name).name))]
  const known = await readUnitNames(store, signal)
  const names = patterns.flatMap(pattern => {
    if (!isGlob(pattern)) return [parseUnitName(pattern).name]
    const matched = known.filter(name => matchesGlob(pattern, name) && !parseUnitName(name).isTemplate)
    if (matched.length === 0) throw describeUnknownUnits([pattern], known)
    return matched
  })
  return [...new Set(names)]
}

/** Whether an argument stands for known units instead of naming one. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern)
}
