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
  const {chalk, fields} = options
  const tones: Readonly<Record<Tone, (text: string) => string>> = {good: chalk.green, busy: chalk.yellow, bad: chalk.red}
  const cells = rows.map(row =>
    fields.map((field): Cell => {
      const column = columns.all[field]
      const tone = column?.tone?.(row)
      return {text: onOneLine(column?.text(row, options) ?? '') || '-', paint: tone === undefined ? plain : tones[tone]}
    }),
  )
  const legend = options.legend ? [fields.map(field => ({text: field.toUpperCase(), paint: chalk.bold}))] : []
  const lines: readonly Line[] = [...legend, ...cells]
  const widths = fitWidths(
    fields.map((_, at) => lines.reduce((widest, line) => Math.max(widest, line[at]?.text.length ?? 0), 0)),
    options.width,
  )
  return chalk.level > 0 ? drawLines(lines, widths) : padLines(lines, widths)
}

interface Cell {
  readonly text: string
  readonly paint: (text: string) => string
}
type Line = readonly Cell[]

const plain = (text: string): string => text

/** What others wrote, such as a reason or a description: without escapes, line breaks and blanks at its ends. */
function onOneLine(text: string): string {
  return (/\p{Cc}/u.test(text) ? stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ') : text).trim()
}

/** For a reader: with colours. In portions, since the time that cli-table3 takes grows faster than the table. */
function drawLines(lines: readonly Line[], widths: readonly number[]): string {
  let drawn = ''
  for (let at = 0; at < lines.length; at += portion) {
    const style = {'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true}
    const table = new Table({chars: noLines, style, colWidths: widths.map(width => width + 2)})
    for (const line of lines.slice(at, at + portion)) {
      table.push(line.map(({text, paint}, column) => paint(cut(text, widths[column] ?? text.length))))
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
  const pad = (line: Line) =>
    line.map(({text}, column) => cut(text, widths[column] ?? text.length).padEnd(widths[column] ?? 0)).join('  ')
  return lines.map(line => `${pad(line).trimEnd()}\n`).join('')
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
