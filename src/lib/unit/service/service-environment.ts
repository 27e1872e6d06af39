import type {EnvironmentFile} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {optionsOf, type UnitFile} from '../file.ts'
import {parseUnitName} from '../names.ts'
import type {ProblemList} from '../problem-list.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import type {Host} from '../unit.ts'
import {splitWords} from './exec-words.ts'

/**
 * The files of [Service] EnvironmentFile= whose variables an agent gives to `parseUnit` in its Host, in their order
 * (later ones win). Throws UsageError for a name that is none.
 */
export function environmentFilesOf(file: UnitFile, name: string, host?: Host): readonly EnvironmentFile[] {
  const setting = {name: parseUnitName(name), ...(host === undefined ? {} : {host})}
  return optionsOf(file, 'Service', 'EnvironmentFile').map(({value}) => {
    const optional = value.startsWith('-')
    return {path: resolveSpecifiers(optional ? value.slice(1) : value, setting).text, optional}
  })
}

/** The variables of [Service] Environment=, quotes taken off and specifiers resolved (systemd.exec(5)). */
export function serviceEnvironment(file: UnitFile, setting: Setting, problems: ProblemList): Record<string, string> {
  const pairs = optionsOf(file, 'Service', 'Environment').flatMap(({key, value, line}) => {
    const place = {section: 'Service', key, line}
    const words = splitWords(value)
    if (words instanceof Fault) {
      problems.fault(place, words)
      return []
    }
    return words.flatMap(word => {
      const {text, faults} = resolveSpecifiers(word, setting)
      for (const {message, remedy} of faults) problems.warning(place, message, remedy)
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text)
      if (!match) problems.warning(place, `'${text}' is no variable`, 'write NAME=value, in quotes if it has blanks')
      return match ? [[match[1] ?? '', match[2] ?? ''] as const] : []
    })
  })
  return Object.fromEntries(pairs)
}
