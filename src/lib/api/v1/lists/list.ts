import {compareNatural} from '../../../base/natural-order.ts'
import type {ParsedKey} from '../../../store/keys.ts'
import type {Parameter} from '../operation.ts'
import type {ClusterRows} from './cluster-rows.ts'
import type {WrittenRow} from './written-row.ts'

/** A list that the API shows: where its rows come from, their order and what of them may be asked for. */
export interface List<Row> {
  /** Under which an answer has them. */
  readonly name: 'units' | 'states' | 'machines'
  readonly summary: string
  readonly filters: readonly Parameter[]
  /** In order, from the first part of a key on; all without one. */
  rows(rows: ClusterRows, from: string | undefined): Iterable<WrittenRow<Row>>
  /** What the rows are ordered by, each part as people count. */
  key(row: Row): readonly string[]
  /** Tells which rows are asked for; undefined: all. Throws HttpError 400. */
  filter(query: URLSearchParams): ((row: Row) => boolean) | undefined
  /** The kinds of stored things that the rows are made of. */
  readonly madeOf: ReadonlySet<ParsedKey['kind']>
}

export interface Page {
  /** As they were written. */
  readonly rows: readonly string[]
  /** The key of the last row when there are more. */
  readonly next: readonly string[] | undefined
}

/** At most `limit` rows after a place in the order. What is there all the time is on exactly one page, whatever changes between. */
export function pageOf<Row>(
  list: List<Row>,
  all: ClusterRows,
  options: {
    readonly limit: number
    readonly after: readonly string[] | undefined
    readonly wanted: ((row: Row) => boolean) | undefined
  },
): Page {
  const {limit, after, wanted} = options
  const rows: string[] = []
  let last: Row | undefined
  for (const written of list.rows(all, after?.[0])) {
    const {row} = written
    if (wanted?.(row) === false || (after !== undefined && compareKeys(list.key(row), after) <= 0)) continue
    if (rows.length === limit) return {rows, next: last === undefined ? undefined : list.key(last)}
    rows.push(written.text)
    last = row
  }
  return {rows, next: undefined}
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compareNatural(a[at] ?? '', b[at] ?? '')
    if (order !== 0) return order
  }
  return 0
}
