import type {JournalLine} from './line.ts'

/** The lines of several sources as one list by time. Each source's own order is kept, whatever its times say. */
export function mergeByTime<L extends Pick<JournalLine, 'nanoseconds'>>(sources: readonly (readonly L[])[]): readonly L[] {
  const merged: L[] = []
  const heads = sources.map(lines => ({lines, next: 0})).filter(({lines}) => lines.length > 0)
  while (heads.length > 0) {
    let first = 0
    let earliest: L | undefined
    for (const [index, {lines, next}] of heads.entries()) {
      const line = lines[next]
      if (line !== undefined && (earliest === undefined || line.nanoseconds < earliest.nanoseconds)) {
        first = index
        earliest = line
      }
    }
    const head = heads[first]
    if (head === undefined || earliest === undefined) break
    merged.push(earliest)
    head.next++
    if (head.next === head.lines.length) heads.splice(first, 1)
  }
  return merged
}

/**
 * Puts lines of several sources in the order of their times as they come: each is held back for a moment, in which an
 * earlier one of another source may still come. Each source's own order is kept, and no line is held longer.
 */
export class HoldBack<L extends Pick<JournalLine, 'nanoseconds'>> {
  readonly #milliseconds: number
  /** By source. */
  readonly #held = new Map<string, Held<L>[]>()

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  push(source: string, lines: readonly L[], now: number): void {
    const held = this.#held.get(source) ?? []
    this.#held.set(source, held)
    for (const line of lines) held.push({line, due: now + this.#milliseconds})
  }

  /** Takes out what must wait no longer, in order. */
  take(now: number): readonly L[] {
    const taken: L[] = []
    for (let next = this.nextDue(); next !== undefined && next <= now; next = this.nextDue()) taken.push(...this.#takeEarliest())
    return taken
  }

  /** Takes out everything. */
  takeAll(): readonly L[] {
    return this.take(Number.POSITIVE_INFINITY)
  }

  /** When there is something to take out again. */
  nextDue(): number | undefined {
    let next: number | undefined
    for (const [head] of this.#held.values()) if (head !== undefined && (next === undefined || head.due < next)) next = head.due
    return next
  }

  #takeEarliest(): readonly L[] {
    let earliest: {source: string; held: Held<L>[]; line: L} | undefined
    for (const [source, held] of this.#held) {
      const line = held[0]?.line
      if (line !== undefined && (earliest === undefined || line.nanoseconds < earliest.line.nanoseconds))
        earliest = {source, held, line}
    }
    if (earliest === undefined) return []
    earliest.held.shift()
    if (earliest.held.length === 0) this.#held.delete(earliest.source)
    return [earliest.line]
  }
}

interface Held<L> {
  readonly line: L
  readonly due: number
}
