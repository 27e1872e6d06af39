import {compareNatural} from '../../../base/natural-order.ts'
import type {ParsedKey} from '../../../store/keys.ts'
import type {Parameter} from '../operation.ts'
import type {ClusterRows} from './cluster-rows.ts'

/** A list that the API shows: where its rows come from, their order and what of them may be asked for. */
export interface List<Row> {
  /** Under which an answer has them. */
  readonly name: 'units' | 'states' | 'machines'
  readonly summary: string
  readonly filters: readonly Parameter[]
  rows(rows: ClusterRows): Rows<Row>
  /** What the rows are ordered by, each part as people count. */
  key(row: Row): readonly string[]
  /** Tells which rows are asked for; undefined: all. Throws HttpError 400. */
  filter(query: URLSearchParams): ((row: Row) => boolean) | undefined
  /** The kinds of stored things that the rows are made of. */
  readonly madeOf: ReadonlySet<ParsedKey['kind']>
}

/** Rows in order, each made when it is asked for. */
export interface Rows<Row> {
  readonly length: number
  at(index: number): Row | undefined
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** The key of the last row when there are more. */
  readonly next: readonly string[] | undefined
}

/** At most `limit` rows after a place in the order. What is there all the time is on exactly one page, whatever changes between. */
export function pageOf<Row>(
  list: List<Row>,
  all: Rows<Row>,
  options: {
    readonly limit: number
    readonly after: readonly string[] | undefined
    readonly wanted: ((row: Row) => boolean) | undefined
  },
): Page<Row> {
  const {limit, after, wanted} = options
  const rows: Row[] = []
  for (let at = after === undefined ? 0 : firstAfter(list, all, after); at < all.length; at++) {
    const row = all.at(at)
    if (row === undefined || wanted?.(row) === false) continue
    if (rows.length === limit) {
      const last = rows.at(-1)
      return {rows, next: last === undefined ? undefined : list.key(last)}
    }
    rows.push(row)
  }
  return {rows, next: undefined}
}

function firstAfter<Row>(list: List<Row>, all: Rows<Row>, after: readonly string[]): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const row = all.at(middle)
    if (row !== undefined && compareKeys(list.key(row), after) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compareNatural(a[at] ?? '', b[at] ?? '')
    if (order !== 0) return order
  }
  return 0
}
