import {stripVTControlCharacters} from 'node:util'
import type {ChalkInstance} from 'chalk'
import Table from 'cli-table3'
import type {CellOptions, Columns, Tone} from './columns.ts'

export interface TableOptions extends CellOptions {
  readonly fields: readonly string[]
  readonly legend: boolean
  /** Columns of the terminal; undefined where there is none: nothing is cut then. */
  readonly width: number | undefined
  readonly chalk: ChalkInstance
}

/** Rows as a table without lines, as fleetctl's: upper-case legend, `-` for what is not there, each line ended. */
export function renderTable<Row>(columns: Columns<Row>, rows: readonly Row[], options: TableOptions): string {
  const {chalk} = options
  const shown = options.fields.flatMap(field => {
    const column = columns.all[field]
    return column === undefined ? [] : [{legend: field.toUpperCase(), ...column}]
  })
  const legend = options.legend ? [shown.map(column => column.legend)] : []
  const cells = shown.map(() => often((text: string | null) => onOneLine(text ?? '') || '-'))
  const texts = rows.map(row => shown.map((column, at) => cells[at]?.(column.text(row, options)) ?? '-'))
  const lines: readonly Line[] = [...legend, ...texts]
  const widths = fitWidths(widestOf(lines, shown.length), options.width)
  if (chalk.level === 0) return padLines(lines, widths)
  const tones: Readonly<Record<Tone, Paint>> = {good: chalk.green, busy: chalk.yellow, bad: chalk.red}
  return drawLines(lines, widths, (line, at) => {
    const row = rows[line - legend.length]
    if (row === undefined) return chalk.bold
    const tone = shown[at]?.tone?.(row)
    return tone === undefined ? plain : tones[tone]
  })
}

/** The texts of the cells. */
type Line = readonly string[]
type Paint = (text: string) => string

const plain: Paint = text => text

/** What others wrote, such as a reason or a description: without escapes, line breaks and blanks at its ends. */
function onOneLine(text: string): string {
  return (control.test(text) ? stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ') : text).trim()
}

/** Unicode's class Cc, which without the flag `u` is found twice as fast. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const control = /[\x00-\x1f\x7f-\x9f]/

function widestOf(lines: readonly Line[], columns: number): readonly number[] {
  const widths = new Array<number>(columns).fill(0)
  for (const line of lines) {
    for (let at = 0; at < columns; at++) widths[at] = Math.max(widths[at] ?? 0, line[at]?.length ?? 0)
  }
  return widths
}

/** For a reader: with colours. In portions, since the time that cli-table3 takes grows faster than the table. */
function drawLines(lines: readonly Line[], widths: readonly number[], paint: (line: number, column: number) => Paint): string {
  let drawn = ''
  for (let at = 0; at < lines.length; at += portion) {
    const style = {'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true}
    const table = new Table({chars: noLines, style, colWidths: widths.map(width => width + 2)})
    for (const [index, line] of lines.slice(at, at + portion).entries()) {
      table.push(line.map((text, column) => paint(at + index, column)(cut(text, widths[column] ?? text.length))))
    }
    drawn += `${table
      .toString()
      .split('\n')
      .map(line => line.trimEnd())
      .join('\n')}\n`
  }
  return drawn
}

const portion = 100

/** For a pipe: text and nothing else, a hundred times as fast for the thousands of lines that go through pipes. */
function padLines(lines: readonly Line[], widths: readonly number[]): string {
  const last = widths.length - 1
  const pads = widths.map((width, at) =>
    often((text: string) => (at === last ? cut(text, width) : cut(text, width).padEnd(width + 2))),
  )
  return lines.map(line => `${line.map((text, at) => pads[at]?.(text)).join('')}\n`).join('')
}

/** The same for a value as a moment ago: many rows have it from the one before. */
function often<Value, Result>(make: (value: Value) => Result): (value: Value) => Result {
  let last: {readonly value: Value; readonly result: Result} | undefined
  return value => {
    if (last === undefined || last.value !== value) last = {value, result: make(value)}
    return last.result
  }
}

/** The widths that fit a terminal: the widest columns give way, never below ten characters. */
export function fitWidths(widths: readonly number[], terminal: number | undefined): readonly number[] {
  const fitted = [...widths]
  if (terminal === undefined) return fitted
  const gaps = 2 * (widths.length - 1)
  for (let over = fitted.reduce((sum, width) => sum + width, gaps) - terminal; over > 0; ) {
    const widest = fitted.indexOf(Math.max(...fitted))
    const width = fitted[widest] ?? 0
    if (width <= leastWidth) break
    const give = Math.min(over, width - leastWidth, Math.max(1, width - secondWidest(fitted)))
    fitted[widest] = width - give
    over -= give
  }
  return fitted
}

const leastWidth = 10

function secondWidest(widths: readonly number[]): number {
  return [...widths].sort((a, b) => b - a)[1] ?? 0
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
