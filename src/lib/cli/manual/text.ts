import type {ChalkInstance} from 'chalk'
import {exitCodeWords} from './groups.ts'
import type {Manual, ManualCommand, ManualFlag} from './manual.ts'

export interface ManualOptions {
  readonly program: string
  /** One line: what the program is. */
  readonly description: string
  /** Characters in a line. */
  readonly width: number
  readonly chalk: ChalkInstance
}

/** What `ctl help` shows: every command with one line, by group, and the exit codes. */
export function renderOverview({groups}: Manual, options: ManualOptions): string {
  const {program, chalk} = options
  const rows = groups.flatMap(({commands}) => commands.map(({name}) => name.length))
  const width = Math.max(...rows, ...exitCodeWords.map(({code}) => code.length))
  const section = (title: string, pairs: readonly Pair[]) => [
    '',
    chalk.bold(title.toUpperCase()),
    ...pairs.flatMap(pair => hanging(pair, width, options.width)),
  ]
  return joined([
    ...wrapped(options.description, options.width),
    '',
    chalk.bold('USAGE'),
    `  ${program} COMMAND [ARGUMENTS] [FLAGS]`,
    ...groups.flatMap(({name, commands}) =>
      section(
        name,
        commands.map(command => [command.name, command.summary]),
      ),
    ),
    ...section(
      'Exit codes',
      exitCodeWords.map(({code, when}) => [code, when]),
    ),
    '',
    ...wrapped(
      `\`${program} help COMMAND\` says more of one, \`${program} help --all\` of all. The beginning of a command is enough where no other begins so: ${program} list-m.`,
      options.width,
    ),
  ])
}

/** What `ctl help --all` shows: every command with its flags and examples, the flags that all have, and the exit codes. */
export function renderManual({groups, globalFlags}: Manual, options: ManualOptions): string {
  const {chalk} = options
  return joined([
    ...wrapped(options.description, options.width),
    ...groups.flatMap(({name, commands}) => [
      '',
      chalk.bold(name.toUpperCase()),
      ...commands.flatMap(command => ['', ...commandLines(command, options)]),
    ]),
    '',
    chalk.bold('FLAGS OF EVERY COMMAND THAT WORKS ON A CLUSTER'),
    ...flagLines(globalFlags, '  ', options.width),
    '',
    chalk.bold('EXIT CODES'),
    ...exitCodeWords.flatMap(({code, when}) => hanging([code, when], 8, options.width)),
  ])
}

type Pair = readonly [term: string, text: string]

function commandLines(command: ManualCommand, {width, chalk}: ManualOptions): readonly string[] {
  const indented = (text: string) => wrapped(text, width - 6).map(line => `      ${line}`)
  return [
    `  ${chalk.bold(command.usage)}`,
    ...indented(command.summary),
    ...(command.description === '' ? [] : indented(command.description)),
    ...command.args.flatMap(({name, description}) => hanging([name, description], 18, width, '      ')),
    ...flagLines(command.flags, '      ', width),
    ...command.examples.map(example => `      $ ${example}`),
  ]
}

function flagLines(flags: readonly ManualFlag[], indent: string, width: number): readonly string[] {
  return flags.flatMap(({usage, description}) => hanging([usage, description], 32, width, indent))
}

/** A term and its text beside it; below it where the term is too long. */
function hanging([term, text]: Pair, termWidth: number, width: number, indent = '  '): readonly string[] {
  const margin = ' '.repeat(indent.length + termWidth + 2)
  const [first = '', ...rest] = wrapped(text, width - margin.length)
  const head = `${indent}${term}`
  const lines = rest.map(line => margin + line)
  if (term.length > termWidth) return [head, margin + first, ...lines]
  return [head.padEnd(margin.length) + first, ...lines]
}

/** Text in lines of at most `width` characters, and at least 20; a longer word has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const most = Math.max(20, width)
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function joined(lines: readonly string[]): string {
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}
