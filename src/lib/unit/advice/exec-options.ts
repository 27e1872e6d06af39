import {allOptions, optionsOf, type UnitFile, type UnitOption} from '../file.ts'

/** The Exec lines of a service that count, key by key. */
export function execOptions(file: UnitFile): UnitOption[] {
  const keys = new Set(allOptions(file, 'Service').flatMap(({key}) => (/^Exec[A-Z]/.test(key) ? [key] : [])))
  return [...keys].flatMap(key => optionsOf(file, 'Service', key))
}
