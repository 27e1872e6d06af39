import {Flags} from '@oclif/core'
import {UsageError} from '../base/errors.ts'
import {coloursFor} from './colours.ts'
import type {Columns} from './columns.ts'
import {suggest} from './suggest.ts'
import {renderTable} from './table.ts'
import type {Terminal} from './terminal.ts'

/** The flags of everything that lists. */
export function listFlags(columns: Columns<never>) {
  return {
    output: Flags.option({
      char: 'o',
      summary: 'how to print',
      options: ['table', 'wide', 'json', 'name'] as const,
      default: 'table',
    })(),
    fields: Flags.string({
      summary: 'columns to print',
      helpValue: columns.shown.join(','),
      description: `Known columns: ${Object.keys(columns.all).join(', ')}.`,
    }),
    full: Flags.boolean({char: 'l', summary: 'do not shorten ids and hashes'}),
    legend: Flags.boolean({summary: 'print the header line', default: true, allowNo: true}),
  }
}

export interface ListFlags {
  readonly output: string
  readonly fields?: string | undefined
  readonly full: boolean
  readonly legend: boolean
}

/** A list as the flags want it: a table, JSON or names; text whose lines are ended. Throws UsageError for a column that does not exist. */
export function renderList<Row>(columns: Columns<Row>, rows: readonly Row[], flags: ListFlags, terminal: Terminal): string {
  const fields = fieldsOf(columns, flags)
  switch (flags.output) {
    case 'json':
      return `${JSON.stringify(rows, null, 2)}\n`
    case 'name':
      return [...new Set(rows.map(columns.name))].map(name => `${name}\n`).join('')
    default:
      return renderTable(columns, rows, {
        fields,
        full: flags.full,
        legend: flags.legend,
        now: Date.now(),
        width: (terminal.isTTY && !flags.full && terminal.columns) || undefined,
        chalk: coloursFor(terminal),
      })
  }
}

function fieldsOf<Row>(columns: Columns<Row>, flags: ListFlags): readonly string[] {
  if (flags.fields === undefined) return flags.output === 'wide' ? columns.wide : columns.shown
  const fields = flags.fields.split(',').map(field => field.trim())
  for (const field of fields) {
    if (Object.hasOwn(columns.all, field)) continue
    const meant = suggest(field, Object.keys(columns.all))
    throw new UsageError(
      `--fields: no column ${JSON.stringify(field)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
      {
        hint: `known columns: ${Object.keys(columns.all).join(', ')}`,
      },
    )
  }
  return fields
}
