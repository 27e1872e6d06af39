import {type JournalLine, timeOf} from './line.ts'

/**
 * Remembers which lines of a source have been passed on, so that one that is read again after a lost connection is told
 * from a new one. It asks for a little more than is missing: lines of one moment may come out of order.
 */
export class Seen {
  /** How often each line of the last moment was passed on: two may be the same to the letter. */
  #recent: {readonly key: string; readonly line: JournalLine}[] = []
  #repeated = new Map<string, number>()
  #floor: bigint | undefined
  #newest: bigint | undefined

  /** Milliseconds since the epoch: what to read from when reading begins again; undefined when nothing has been seen. */
  get since(): number | undefined {
    return this.#newest === undefined ? undefined : Number(this.#newest / 1_000_000n) - overlapMilliseconds
  }

  /** These were read at first, passed on or not; what is older than all of them is not wanted. */
  begin(lines: readonly JournalLine[]): void {
    for (const line of lines) {
      if (this.#floor === undefined || line.nanoseconds < this.#floor) this.#floor = line.nanoseconds
      this.#remember(line)
    }
  }

  /** Reading begins again: what is still remembered will come once more. */
  again(): void {
    this.#repeated = new Map()
    for (const {key} of this.#recent) this.#repeated.set(key, (this.#repeated.get(key) ?? 0) + 1)
  }

  /** Of lines that were read, those that have not been passed on. */
  unseen(lines: readonly JournalLine[]): readonly JournalLine[] {
    return lines.filter(line => {
      if (this.#floor !== undefined && line.nanoseconds < this.#floor) return false
      const key = keyOf(line)
      const left = this.#repeated.get(key)
      if (left === undefined) {
        this.#remember(line)
        return true
      }
      if (left === 1) this.#repeated.delete(key)
      else this.#repeated.set(key, left - 1)
      return false
    })
  }

  #remember(line: JournalLine): void {
    if (this.#newest === undefined || line.nanoseconds > this.#newest) this.#newest = line.nanoseconds
    this.#recent.push({key: keyOf(line), line})
    if (this.#recent.length < this.#sweepAt) return
    const from = this.since ?? 0
    this.#recent = this.#recent.filter(each => timeOf(each.line) >= from)
    this.#sweepAt = Math.max(sweepLeast, 2 * this.#recent.length)
  }

  #sweepAt = sweepLeast
}

const overlapMilliseconds = 1_000
const sweepLeast = 1_000

function keyOf({nanoseconds, stream, container, text}: JournalLine): string {
  return `${nanoseconds} ${stream} ${container ?? ''} ${text}`
}
