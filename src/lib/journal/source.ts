import type {JournalLine} from './line.ts'

/** Where the lines of one unit on one machine are read. */
export interface LineSource {
  /** The last lines within a span, oldest first. Throws UnreachableError when the machine goes away. */
  past(span: Span, signal: AbortSignal): Promise<readonly JournalLine[]>

  /**
   * Every line since a time, as they come, those that come together at once; ends only with an error: UnreachableError
   * when the machine goes away, the signal's reason when that aborts. A line may come again that came before.
   */
  follow(since: number | undefined, signal: AbortSignal): AsyncIterable<readonly JournalLine[]>
}

/** Which lines of the past are wanted. */
export interface Span {
  /** At most so many, the last ones; Infinity for all. */
  readonly lines: number
  /** Milliseconds since the epoch. */
  readonly since?: number
  readonly until?: number
}
