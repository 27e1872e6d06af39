import {optionsOf, type UnitFile} from './file.ts'
import {resolveSpecifiers, type Setting} from './specifiers.ts'
import type {Dependencies} from './unit.ts'

/** The hard dependencies of a unit, by the whole names of units, specifiers resolved. */
export function dependenciesOf(file: UnitFile, setting: Setting): Dependencies {
  const namesOf = (key: string) =>
    optionsOf(file, 'Unit', key).flatMap(({value}) =>
      value === '' ? [] : value.split(/\s+/).map(word => resolveSpecifiers(word, setting).text),
    )
  return {bindsTo: [...namesOf('BindsTo'), ...namesOf('BindTo')], requires: [...namesOf('Requires'), ...namesOf('Requisite')]}
}
