import {lastValueOf, parseUnitFile, printUnitFile, type UnitFile} from '../../unit/file.ts'
import {parseUnitName} from '../../unit/names.ts'
import {hardDependencies, platformUnits} from '../../unit/platform-units.ts'
import {resolveSpecifiers} from '../../unit/specifiers.ts'
import type {RunIdentity} from '../driver.ts'

/** Whose a written unit file is, and what it was written from. The section that says so is the truth about what runs. */
export interface Mark {
  readonly cluster: string
  readonly machine: string
  readonly identity: RunIdentity
  /** Hash of the text that was submitted. */
  readonly file: string
}

/** A unit's whole name, and its file. */
interface Defined {
  readonly name: string
  readonly definition: string
}

const section = 'X-Meissa'

/** Where a unit of this machine finds what it may want to know of it. */
export const machineEnvironmentPath = '/run/meissa/environment'

/**
 * The text that goes to the host's systemd: the definition under our mark. A service has the machine's variables beneath
 * its own. What is `absent` of the units that hosts of fleet's time had counts as there: such a dependency is only wished for.
 */
export function hostDefinition({name, definition}: Defined, mark: Mark, absent: ReadonlySet<string>): string {
  const {file} = parseUnitFile(definition)
  const said = [
    ['Cluster', mark.cluster],
    ['Machine', mark.machine],
    ['Run', mark.identity.runHash],
    ['Generation', String(mark.identity.generation)],
    ['File', mark.file],
  ]
  const options = said.map(([key = '', value = '']) => ({key, value, line: 0}))
  const marked: UnitFile = {
    sections: [
      {name: section, line: 0, options},
      ...withEnvironment(withoutAbsent(file, written => absent.has(resolveSpecifiers(written, {name: parseUnitName(name)}).text)))
        .sections,
    ],
  }
  return `# Written by Meissa, which takes it away again: change the unit with ctl.\n${printUnitFile(marked)}`
}

/** The mark of a unit file's text; undefined when nobody of Meissa's wrote it. */
export function readMark(text: string): Mark | undefined {
  if (!text.includes(`[${section}]`)) return undefined
  const [first] = parseUnitFile(text).file.sections
  if (first?.name !== section) return undefined
  const file = {sections: [first]}
  const [cluster, machine, run, generation, from] = ['Cluster', 'Machine', 'Run', 'Generation', 'File'].map(key =>
    lastValueOf(file, section, key),
  )
  if (cluster === undefined || machine === undefined || run === undefined || from === undefined) return undefined
  return {cluster, machine, identity: {runHash: run, generation: Number(generation) || 0}, file: from}
}

/** The units a definition cannot do without that a host of today need not have. */
export function platformUnitsOf(definition: string): readonly string[] {
  const names = hardDependencies(parseUnitFile(definition).file).map(({name}) => name)
  return [...new Set(names.filter(name => platformUnits.has(name)))]
}

function withoutAbsent(file: UnitFile, isAbsent: (name: string) => boolean): UnitFile {
  const hard = ['Requires', 'Requisite', 'BindsTo', 'BindTo']
  const sections = file.sections.map(each => {
    if (each.name !== 'Unit') return each
    const options = each.options.flatMap(option => {
      if (!hard.includes(option.key)) return [option]
      const names = option.value.split(/\s+/)
      const kept = names.filter(name => !isAbsent(name))
      const wished = names.filter(isAbsent).map(value => ({...option, key: 'Wants', value}))
      return kept.length === names.length
        ? [option]
        : [...(kept.length > 0 ? [{...option, value: kept.join(' ')}] : []), ...wished]
    })
    return {...each, options}
  })
  return {sections}
}

/** First of its section, so that everything the unit says itself outranks it. */
function withEnvironment(file: UnitFile): UnitFile {
  const first = file.sections.findIndex(({name}) => name === 'Service')
  const sections = file.sections.map((each, at) => {
    if (at !== first) return each
    const option = {key: 'EnvironmentFile', value: `-${machineEnvironmentPath}`, line: 0}
    return {...each, options: [option, ...each.options]}
  })
  return {sections}
}
