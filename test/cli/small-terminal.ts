/** A terminal as far as a watched list needs one: lines, a cursor, and the few sequences of ECMA-48 that move it and erase. */
export class SmallTerminal {
  readonly rows: number
  private screen: string[] = ['']
  private row = 0
  private column = 0
  /** Lines that have left at the top. */
  readonly above: string[] = []

  constructor(rows: number) {
    this.rows = rows
  }

  write(text: string): this {
    for (const [part] of text.matchAll(parts)) this.take(part)
    return this
  }

  /** What can be read, without blank lines at its end. */
  get lines(): readonly string[] {
    const lines = this.screen.map(line => line.trimEnd())
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  private take(part: string): void {
    const [, count = '', letter = ''] = sequence.exec(part) ?? []
    const line = this.screen[this.row] ?? ''
    if (letter === 'F') {
      this.row = Math.max(0, this.row - Number(count || 1))
      this.column = 0
    } else if (letter === 'K') this.screen[this.row] = line.slice(0, this.column)
    else if (letter === 'J' && count === '2') this.screen = this.screen.map(() => '')
    else if (letter === 'J') {
      this.screen[this.row] = line.slice(0, this.column)
      this.screen.splice(this.row + 1)
    } else if (letter === 'H') {
      this.row = 0
      this.column = 0
    } else if (part === '\n') this.nextLine()
    else if (part === '\r') this.column = 0
    else if (!part.startsWith(esc)) {
      this.screen[this.row] = line.slice(0, this.column).padEnd(this.column) + part + line.slice(this.column + part.length)
      this.column += part.length
    }
  }

  private nextLine(): void {
    this.column = 0
    this.row++
    if (this.screen.length <= this.row) this.screen.push('')
    if (this.row < this.rows) return
    this.above.push(this.screen.shift() ?? '')
    this.row--
  }
}

const esc = '\u001b'
const parts = new RegExp(`${esc}\\[\\??[0-9;]*[A-Za-z]|\\r|\\n|[^\\r\\n${esc}]+`, 'g')
const sequence = new RegExp(`^${esc}\\[(\\d*)([FKJH])$`)
