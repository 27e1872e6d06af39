/** A row, and its JSON once that was asked for. */
export class WrittenRow<Row> {
  readonly row: Row
  private written: string | undefined

  constructor(row: Row) {
    this.row = row
  }

  get text(): string {
    this.written ??= JSON.stringify(this.row)
    return this.written
  }
}
