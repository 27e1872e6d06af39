import {stripVTControlCharacters} from 'node:util'
import type {ChalkInstance} from 'chalk'
import Table from 'cli-table3'
import type {CellOptions, Column, Columns, Tone} from './columns.ts'

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
  const drawn = shown.map(column => drawnColumn(options.legend ? [column.legend] : [], column, rows, options))
  const widths = fitWidths(
    drawn.map(({width}) => width),
    options.width,
  )
  if (chalk.level === 0) return padLines(drawn, widths)
  const tones: Readonly<Record<Tone, Paint>> = {good: chalk.green, busy: chalk.yellow, bad: chalk.red}
  return drawLines(drawn, widths, (line, at) => {
    const row = rows[options.legend ? line - 1 : line]
    if (row === undefined) return chalk.bold
    const tone = shown[at]?.tone?.(row)
    return tone === undefined ? plain : tones[tone]
  })
}

/** The cells of a column, its legend first. */
interface DrawnColumn {
  readonly texts: readonly string[]
  /** Of its widest. */
  readonly width: number
}

type Paint = (text: string) => string

const plain: Paint = text => text

function drawnColumn<Row>(
  legend: readonly string[],
  {text}: Column<Row>,
  rows: readonly Row[],
  options: CellOptions,
): DrawnColumn {
  const texts = [...legend]
  let width = Math.max(0, ...legend.map(each => each.length))
  // Many rows have the same as the one before.
  let last: string | null = null
  let shown = '-'
  rows.forEach(row => {
    const cell = text(row, options)
    if (cell !== last) {
      last = cell
      shown = onOneLine(cell ?? '') || '-'
    }
    if (shown.length > width) width = shown.length
    texts.push(shown)
  })
  return {texts, width}
}

/** What others wrote, such as a reason or a description: without escapes, line breaks and blanks at its ends. */
function onOneLine(text: string): string {
  return (control.test(text) ? stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ') : text).trim()
}

/** Unicode's class Cc, which without the flag `u` is found twice as fast. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const control = /[\x00-\x1f\x7f-\x9f]/

/** For a reader: with colours. In portions, since the time that cli-table3 takes grows faster than the table. */
function drawLines(
  columns: readonly DrawnColumn[],
  widths: readonly number[],
  paint: (line: number, column: number) => Paint,
): string {
  let drawn = ''
  const count = columns[0]?.texts.length ?? 0
  for (let from = 0; from < count; from += portion) {
    const style = {'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true}
    const table = new Table({chars: noLines, style, colWidths: widths.map(width => width + 2)})
    for (let line = from; line < Math.min(from + portion, count); line++) {
      table.push(columns.map(({texts, width}, at) => paint(line, at)(cut(texts[line] ?? '', widths[at] ?? width))))
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
function padLines(columns: readonly DrawnColumn[], widths: readonly number[]): string {
  const cells: string[] = new Array(columns.length * (columns[0]?.texts.length ?? 0)).fill('')
  for (const [at, {texts, width: own}] of columns.entries()) {
    const width = widths[at] ?? own
    const isLast = at === columns.length - 1
    let last: string | undefined
    let padded = ''
    texts.forEach((text, line) => {
      if (text !== last) {
        last = text
        padded = isLast ? `${cut(text, width)}\n` : cut(text, width).padEnd(width + 2)
      }
      cells[line * columns.length + at] = padded
    })
  }
  return cells.join('')
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
