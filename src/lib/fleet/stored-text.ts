import {Fault} from '../unit/fault.ts'
import {parseUnitFile} from '../unit/file.ts'
import {type FleetOption, optionsHash} from './options.ts'
import {readOptions} from './read-options.ts'

/** The options of a stored text: as fleet reads it or, where fleet would refuse it, as systemd does. */
export function optionsOf(text: string): readonly FleetOption[] {
  const options = readOptions(text)
  if (!(options instanceof Fault)) return options
  return parseUnitFile(text).file.sections.flatMap(({name: section, options}) =>
    options.map(({key, value}) => ({section, name: key, value})),
  )
}

/** Whether two texts are the same unit file to fleet: but for comments, blank lines and where sections are split. */
export function isSameToFleet(one: string, other: string): boolean {
  return one === other || optionsHash(optionsOf(one)) === optionsHash(optionsOf(other))
}
