import {type FleetOption, printOptions} from '../../fleet/options.ts'
import {readOptions, trimSpace} from '../../fleet/read-options.ts'
import {describeProblem} from '../../unit/describe-problem.ts'
import {Fault} from '../../unit/fault.ts'
import {parseUnit} from '../../unit/parse-unit.ts'
import {Refusal} from './refusal.ts'

/**
 * The text of a unit file for options that were sent; they must be what is read from it again. Throws Refusal 400 for
 * those that no file could have: a line break or a backslash that would make another line part of a value.
 */
export function textOf(options: readonly FleetOption[]): string {
  // Without a blank behind it a backslash goes on into the next line: what is stored must read as it was sent, too.
  const text = printOptions(readBack(printOptions(options), options))
  return printOptions(readBack(text, options))
}

function readBack(text: string, options: readonly FleetOption[]): readonly FleetOption[] {
  const read = readOptions(text)
  if (read instanceof Fault) throw new Refusal(400, read.message)
  const [sent, back] = [readable(options), readable(read)]
  const odd = sent.findIndex((option, at) => option !== back[at])
  if (odd < 0 && read.length === options.length) return read
  const {section, name} = options[Math.max(odd, 0)] ?? {section: '', name: ''}
  throw new Refusal(400, `option ${name} of [${section}] cannot be written on a line of its own`)
}

/** Throws Refusal 400 with all that is wrong with a unit file. */
export function refuseBadUnit(name: string, text: string): void {
  const errors = parseUnit(name, text).problems.filter(({severity}) => severity === 'error')
  if (errors.length > 0) throw new Refusal(400, errors.map(problem => describeProblem(name, problem)).join('\n'))
}

/** Each option in its place in the file, gathered by section; a value's last line break is how it ends, not what it says. */
function readable(options: readonly FleetOption[]): readonly string[] {
  const sections = [...new Set(options.map(({section}) => section))]
  return sections.flatMap(wanted =>
    options
      .filter(({section}) => section === wanted)
      .map(({section, name, value}) => JSON.stringify([section, name, trimSpace(value)])),
  )
}
