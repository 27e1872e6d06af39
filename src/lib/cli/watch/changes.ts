/** What became of a row between two looks at a list. */
export type RowChange<Row> = {readonly event: 'set' | 'gone'; readonly row: Row}

/** Keeps the rows of a list as they were last seen, and tells what differs. */
export class RowChanges<Row> {
  private readonly id: (row: Row) => string
  private seen: ReadonlyMap<string, {readonly row: Row; readonly text: string}> = new Map()

  constructor(id: (row: Row) => string) {
    this.id = id
  }

  /** Rows that are gone first, then those that are new or differ in anything, in the order given. */
  next(rows: readonly Row[]): readonly RowChange<Row>[] {
    const now = new Map(rows.map(row => [this.id(row), {row, text: JSON.stringify(row)}]))
    const before = this.seen
    this.seen = now
    const changes: RowChange<Row>[] = []
    for (const [id, {row}] of before) if (!now.has(id)) changes.push({event: 'gone', row})
    for (const [id, {row, text}] of now) if (before.get(id)?.text !== text) changes.push({event: 'set', row})
    return changes
  }
}
