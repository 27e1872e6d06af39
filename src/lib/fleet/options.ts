import {createHash} from 'node:crypto'
import {multipleValues} from '../unit/placement.ts'

/** One line of a unit file as fleet's API has it. A value that goes on has its backslashes and line breaks in it. */
export interface FleetOption {
  readonly section: string
  readonly name: string
  readonly value: string
}

/** The unit file that fleet makes of options: gathered by section in the order in which the sections come first. */
export function printOptions(options: readonly FleetOption[]): string {
  const sections = new Map<string, string>()
  for (const {section, name, value} of options) sections.set(section, `${sections.get(section) ?? ''}${name}=${value}\n`)
  return [...sections].map(([section, lines]) => `[${section}]\n${lines}`).join('\n')
}

/** What fleet knows a unit file by: the SHA-1, in hex, of its options printed. Comments do not change it; the order does. */
export function optionsHash(options: readonly FleetOption[]): string {
  return createHash('sha1').update(printOptions(options)).digest('hex')
}

/** Whether options make a unit global as fleet reads it: the last `Global=` counts, in these spellings. */
export function isGlobal(options: readonly FleetOption[]): boolean {
  const last = options.findLast(({section, name}) => section === 'X-Fleet' && name === 'Global')
  return last !== undefined && /^(true|yes|1|on|t)$/i.test(multipleValues(last.value).at(-1) ?? '')
}
