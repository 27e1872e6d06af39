import {type ListFlags, type ListSource, renderList} from '../list/listing.ts'
import {RowChanges} from './changes.ts'

/**
 * A watched list for a reader that is no terminal: the whole list at first, later a line for each row that differs in what
 * is shown of it. As JSON an object on each line, from the first: `{"event":"set"|"gone", ...row}`.
 */
export class WatchedLines<Row> {
  private readonly source: ListSource<Row>
  private readonly flags: ListFlags
  private readonly changes: RowChanges<Row>
  private shown = new Map<string, string>()
  private begun = false

  constructor(source: ListSource<Row>, flags: ListFlags) {
    this.source = source
    this.flags = flags
    this.changes = new RowChanges(source.id)
  }

  /** What to print for the rows as they are now, each line ended. */
  next(rows: readonly Row[]): string {
    const changes = this.changes.next(rows)
    if (this.flags.output === 'json') return changes.map(({event, row}) => `${JSON.stringify({event, ...row})}\n`).join('')
    const first = !this.begun
    this.begun = true
    if (changes.length === 0 && !first) return ''
    const lines = this.linesOf(rows)
    const names = new Set(rows.map(this.source.columns.name))
    const news = changes.flatMap(({event, row}) => {
      const id = this.source.id(row)
      if (event === 'gone') {
        this.shown.delete(id)
        return this.flags.output === 'name' ? [] : (this.source.gone(row, names) ?? [])
      }
      const line = lines.get(id) ?? ''
      const same = this.shown.get(id) === line
      this.shown.set(id, line)
      return same ? [] : line
    })
    return first ? renderList(this.source.columns, rows, this.flags, {}) : news.map(line => `${line}\n`).join('')
  }

  /** The line of each row, aligned with all others. */
  private linesOf(rows: readonly Row[]): ReadonlyMap<string, string> {
    const {columns, id} = this.source
    if (this.flags.output === 'name') return new Map(rows.map(row => [id(row), columns.name(row)]))
    const lines = renderList(columns, rows, {...this.flags, legend: true}, {})
      .split('\n')
      .slice(1)
    return new Map(rows.map((row, at) => [id(row), lines[at] ?? '']))
  }
}
