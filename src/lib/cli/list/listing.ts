import {Flags} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {suggest} from '../suggest.ts'
import type {Terminal} from '../terminal.ts'
import type {Columns} from './columns.ts'
import {renderTable} from './table.ts'

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
    watch: Flags.boolean({char: 'w', summary: 'stay, and show what changes'}),
  }
}

export interface ListFlags {
  readonly output: string
  readonly fields?: string | undefined
  readonly full: boolean
  readonly legend: boolean
}

/** What a list shows: rows of what it looks at. */
interface Listed<Row, View> {
  readonly columns: Columns<Row>
  /** In the order of the list. Throws what is wrong with the arguments that narrow it. */
  readonly rows: (view: View) => readonly Row[]
}

/** A list that is shown once. */
export interface ListOnce<Row, View> extends Listed<Row, View> {
  readonly read: (store: Store, signal: AbortSignal) => Promise<View>
}

/** A list that may be watched. */
export interface ListSource<Row> extends Listed<Row, ClusterView> {
  /** The part of the cluster that it looks at. */
  readonly prefixes: readonly string[]
  /** Tells rows apart, as long as they are listed. */
  readonly id: (row: Row) => string
  /** What to say of a row that is not listed any more, given what is; undefined for nothing. */
  readonly gone: (row: Row, listed: ReadonlySet<string>) => string | undefined
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

/** The columns that the flags ask for. Throws UsageError for one that does not exist. */
export function fieldsOf<Row>(columns: Columns<Row>, flags: Pick<ListFlags, 'fields' | 'output'>): readonly string[] {
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
