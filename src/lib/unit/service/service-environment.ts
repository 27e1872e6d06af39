import type {EnvironmentFile} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {optionsOf, type UnitFile, type UnitOption} from '../file.ts'
import {parseUnitName} from '../names.ts'
import type {Place, ProblemList} from '../problem-list.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import type {Host} from '../unit.ts'
import {readWords} from './words.ts'

/**
 * The files of [Service] EnvironmentFile= whose variables an agent gives to `parseUnit` in its Host, in their order
 * (later ones win). A path may be a glob, of which every match is read (systemd.exec(5)). Throws UsageError for a name
 * that is none.
 */
export function environmentFilesOf(file: UnitFile, name: string, host?: Host): readonly EnvironmentFile[] {
  const setting = {name: parseUnitName(name), ...(host === undefined ? {} : {host})}
  return optionsOf(file, section, 'EnvironmentFile')
    .map(option => environmentFile(option, setting))
    .filter(({path}) => path.startsWith('/'))
}

function environmentFile({value}: UnitOption, setting: Setting): EnvironmentFile {
  const optional = value.startsWith('-')
  return {path: resolveSpecifiers(optional ? value.slice(1) : value, setting).text, optional}
}

/**
 * The variables of [Service] Environment=, quotes taken off and specifiers resolved (systemd.exec(5)). As in systemd what
 * is no variable is passed over, and from an escape or quote that is wrong on the rest of its line.
 */
export function serviceEnvironment(file: UnitFile, setting: Setting, problems: ProblemList): Record<string, string> {
  const variables = new Map<string, string>()
  for (const {key, value, line} of optionsOf(file, section, 'Environment')) {
    const place = {section, key, line}
    const {words, fault} = readWords(value, 'refuse')
    for (const {text: word, offset} of words) {
      const {text, faults} = resolveSpecifiers(word, setting)
      for (const each of faults) problems.fault({...place, offset}, new Fault(each.message, each.remedy), 'warning')
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text)
      if (match?.[1] === undefined || text.includes('\uFFFD')) {
        const remedy = 'write NAME=value, in quotes if it has blanks'
        problems.fault({...place, offset}, new Fault(`'${text}' is no variable, and is passed over`, remedy), 'warning')
      } else variables.set(match[1], match[2] ?? '')
    }
    if (fault) {
      const message = `${fault.message}: this and the rest of the line are passed over`
      problems.fault(place, new Fault(message, fault.remedy, fault.offset), 'warning')
    }
  }
  checkFiles(file, setting, problems)
  checkUnread(file, problems)
  return Object.fromEntries(variables)
}

const section = 'Service'

function checkFiles(file: UnitFile, setting: Setting, problems: ProblemList): void {
  for (const option of optionsOf(file, section, 'EnvironmentFile')) {
    const {path} = environmentFile(option, setting)
    if (path.startsWith('/') || path.startsWith('$')) continue
    const place = {section, key: option.key, line: option.line}
    problems.fault(place, new Fault(`'${path}' is no absolute path, and is passed over`, 'write /path, one a line'), 'warning')
  }
}

/** Keys that count only where systemd runs the unit. */
function checkUnread(file: UnitFile, problems: ProblemList): void {
  for (const key of ['PassEnvironment', 'UnsetEnvironment']) {
    for (const {line} of optionsOf(file, section, key)) {
      const place: Place = {section, key, line}
      if (isDockerUnit(file))
        problems.warning(place, 'has no effect on a container', 'write Environment= or EnvironmentFile= with what is to be seen')
    }
  }
}

function isDockerUnit(file: UnitFile): boolean {
  const isRun = ({value}: UnitOption) => /^[-@:+!|]*(\/usr(\/local)?)?(\/bin\/)?docker\s+(container\s+)?run\s/.test(value)
  return file.sections.some(({name}) => name === 'Container') || optionsOf(file, section, 'ExecStart').some(isRun)
}
