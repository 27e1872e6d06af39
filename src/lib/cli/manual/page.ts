import {exitCodeWords} from './groups.ts'
import type {Manual, ManualCommand, ManualFlag} from './manual.ts'

export interface ManualPageOptions {
  readonly program: string
  readonly version: string
  readonly description: string
}

/** The manual as a page for man(1), in the macros of groff_man(7): ASCII only, so that every man shows it. */
export function renderManualPage({groups, globalFlags}: Manual, {program, version, description}: ManualPageOptions): string {
  return [
    `.TH ${program.toUpperCase()} 1 "" "Meissa ${roff(version)}" "User Commands"`,
    '.SH NAME',
    `${program} \\- ${roff(description)}`,
    '.SH SYNOPSIS',
    `.B ${program}`,
    '.I COMMAND',
    '[ARGUMENTS] [FLAGS]',
    ...groups.flatMap(({name, commands}) => [`.SH ${quoted(name.toUpperCase())}`, ...commands.flatMap(commandLines)]),
    '.SH GLOBAL FLAGS',
    'Every command that works on a cluster has these.',
    ...globalFlags.flatMap(flagLines),
    '.SH EXIT STATUS',
    ...exitCodeWords.flatMap(({code, when}) => ['.TP', `.B ${roff(code)}`, line(when)]),
  ]
    .map(each => `${each}\n`)
    .join('')
}

function commandLines(command: ManualCommand): readonly string[] {
  return [
    `.SS ${quoted(command.usage)}`,
    sentence(command.summary),
    ...(command.description === '' ? [] : [line(command.description)]),
    ...command.args.flatMap(({name, description}) => ['.TP', `.I ${roff(name)}`, line(description)]),
    ...command.flags.flatMap(flagLines),
    ...(command.examples.length === 0
      ? []
      : ['.PP', 'Examples:', '.PP', '.RS 4', '.nf', ...command.examples.map(line), '.fi', '.RE']),
  ]
}

function flagLines({usage, description}: ManualFlag): readonly string[] {
  return ['.TP', `.B ${quoted(usage)}`, line(description)]
}

function sentence(text: string): string {
  return line(/[.!?]$/.test(text) ? text : `${text}.`)
}

/** A line of text: one that begins like a request is shielded. */
function line(text: string): string {
  const safe = roff(text)
  return /^[.']/.test(safe) ? `\\&${safe}` : safe
}

/** One argument of a macro. */
function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`
}

/** groff_char(7): `-` is a minus that can be copied, letters beyond ASCII are written by their numbers. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replace(/[^\0-\x7f]/gu, letter => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
}
