/** A line that a unit printed, or that was said of it. */
export interface JournalLine {
  /** Nanoseconds since the epoch, by the clock of its machine. */
  readonly nanoseconds: bigint
  readonly unit: string
  /** The machine's id. */
  readonly machine: string
  readonly stream: 'stdout' | 'stderr' | 'journal'
  readonly text: string
  /** Of a line from Docker: the container's id. */
  readonly container?: string
  /** Of a line from the journal: who said it, and by which process. */
  readonly identifier?: string
  readonly pid?: number
}

/** Milliseconds since the epoch. */
export function timeOf({nanoseconds}: JournalLine): number {
  return Number(nanoseconds / 1_000_000n)
}
