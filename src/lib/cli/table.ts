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
    fields.map(field => {
      const column = columns.all[field]
      const text = column?.text(row, options) || '-'
      const tone = column?.tone?.(row)
      return {text, paint: tone === undefined ? (plain: string) => plain : tones[tone]}
    }),
  )
  const legend = options.legend ? [fields.map(field => ({text: field.toUpperCase(), paint: chalk.bold}))] : []
  const lines = [...legend, ...cells]
  if (lines.length === 0) return ''
  const widest = fitWidths(
    fields.map((_, at) => Math.max(...lines.map(line => line[at]?.text.length ?? 0))),
    options.width,
  )
  const table = new Table({chars: noLines, style: {'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true}})
  for (const line of lines) table.push(line.map(({text, paint}, at) => paint(cut(text, widest[at] ?? text.length))))
  return `${table.toString().split('\n').map(trimEnd).join('\n')}\n`
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

/** Without the blanks at the end, which may stand inside a colour's last escape. */
function trimEnd(line: string): string {
  return stripVTControlCharacters(line) === line ? line.trimEnd() : line.replace(/\s+$/, '')
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
