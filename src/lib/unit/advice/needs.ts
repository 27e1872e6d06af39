import {Fault} from '../fault.ts'
import type {UnitFile} from '../file.ts'
import {hardDependencies, platformUnits} from '../platform-units.ts'
import {parseExecLine} from '../service/exec-words.ts'
import {environmentFilesOf} from '../service/service-environment.ts'
import type {Unit} from '../unit.ts'
import {execOptions} from './exec-options.ts'

/** What a machine must have, beside its driver, so that a unit can run there. */
export interface Needs {
  /** Programs of Exec lines whose failure counts, as they are written. */
  readonly programs: readonly string[]
  /** Files of variables without which it does not start. */
  readonly files: readonly string[]
  /** Units without which it does not start, but for those that hosts of fleet's time brought along. */
  readonly units: readonly string[]
}

/** What the machine must have for a unit; specifiers are resolved only in the files. */
export function needsOf(file: UnitFile, unit: Unit): Needs {
  const files = [...environmentFilesOf(file, unit.name), ...(unit.container?.environmentFiles ?? [])].flatMap(
    ({path, optional}) => (optional ? [] : [path]),
  )
  const isContainer = unit.driver === 'docker'
  const units = isContainer ? [] : hardDependencies(file).flatMap(({name}) => (platformUnits.has(name) ? [] : [name]))
  return {programs: isContainer ? [] : programsOf(file), files: [...new Set(files)], units: [...new Set(units)]}
}

function programsOf(file: UnitFile): readonly string[] {
  const programs = execOptions(file).flatMap(({value}) => {
    const commands = parseExecLine(value)
    if (commands instanceof Fault) return []
    return commands.flatMap(({ignoresFailure, words}) => (ignoresFailure ? [] : words.slice(0, 1)))
  })
  return [...new Set(programs)].sort()
}
