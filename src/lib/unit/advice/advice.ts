import type {ReadUnitFile} from '../file.ts'
import {textOf} from '../file-index.ts'
import {parseUnitName} from '../names.ts'
import type {ParsedUnit} from '../parse-unit.ts'
import {ProblemList} from '../problem-list.ts'
import type {Problem} from '../unit.ts'
import {adviseDependencies} from './dependencies.ts'
import type {Given} from './given.ts'
import {adviseInstances} from './instances.ts'
import {adviseSystemd} from './systemd.ts'

/** A unit file that was read and understood under a name. */
export interface Advised {
  readonly name: string
  readonly read: ReadUnitFile
  readonly parsed: ParsedUnit
}

/**
 * What is known to bite in a unit that can be run as it is: warnings and notes, never errors, in the order of the lines.
 * Nothing for a unit that is refused.
 */
export function advise({name, read, parsed}: Advised): readonly Problem[] {
  const {unit} = parsed
  if (unit === undefined) return []
  const problems = new ProblemList()
  problems.locateIn(textOf(read.file))
  const given: Given = {name: parseUnitName(name), read, unit, problems}
  for (const rule of rules) rule(given)
  return problems.all()
}

const rules: readonly ((given: Given) => void)[] = [adviseDependencies, adviseSystemd, adviseInstances]
