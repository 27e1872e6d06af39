import type {ChalkInstance} from 'chalk'
import {type JournalLine, timeOf} from '../../journal/line.ts'

export type JournalStyle = 'short' | 'cat' | 'json'

export interface JournalPageOptions {
  readonly style: JournalStyle
  /** Whether each line says whose it is. */
  readonly prefix: boolean
  readonly chalk: ChalkInstance
  /** How a machine is called. */
  readonly nameOf: (machine: string) => string
  /** Is asked for the width that prefixes have, given one; they stand in a column as far as is known. */
  readonly widthFor: (prefix: string) => number
}

/**
 * A line as it is printed, with its end: `short` with its time and, of the journal, who said it; `cat` the text alone;
 * `json` an object with all that is known.
 */
export function renderJournalLine(line: JournalLine, {style, prefix, chalk, nameOf, widthFor}: JournalPageOptions): string {
  if (style === 'json') return `${JSON.stringify(jsonOf(line, nameOf(line.machine)))}\n`
  const text = style === 'cat' ? line.text : `${chalk.dim(shortTime(timeOf(line)))} ${speakerOf(line)}${line.text}`
  if (!prefix) return `${text}\n`
  const whose = `${line.unit} ${nameOf(line.machine)}`
  const colour = colours[colourOf(line.unit)] ?? 'cyan'
  return `${chalk[colour](`${whose.padEnd(widthFor(whose))} |`)} ${text}\n`
}

/** The width of a column that grows with what stands in it. */
export function growingWidth(begin: number): (text: string) => number {
  let width = begin
  return text => {
    width = Math.max(width, text.length)
    return width
  }
}

/** As syslog has it, by the clock of this place: `Nov 21 10:00:00`. */
function shortTime(milliseconds: number): string {
  const time = new Date(milliseconds)
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(part => String(part).padStart(2, '0')).join(':')
  return `${months[time.getMonth()] ?? ''} ${String(time.getDate()).padStart(2, '0')} ${clock}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function speakerOf({identifier, pid}: JournalLine): string {
  if (identifier === undefined) return ''
  return pid === undefined ? `${identifier}: ` : `${identifier}[${pid}]: `
}

function jsonOf(line: JournalLine, name: string): object {
  const {nanoseconds, unit, machine, stream, text, container, identifier, pid} = line
  return {
    time: timeOf(line),
    nanoseconds: String(nanoseconds),
    unit,
    machine,
    machineName: name,
    stream,
    container: container ?? null,
    identifier: identifier ?? null,
    pid: pid ?? null,
    text,
  }
}

const colours = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'cyanBright',
  'yellowBright',
  'greenBright',
  'magentaBright',
] as const

/** The same for a unit today and tomorrow; instances of a template that are numbered one after the other differ. */
function colourOf(unit: string): number {
  let hash = 0
  for (const character of unit) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % colours.length
  return hash
}
