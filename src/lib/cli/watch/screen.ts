/** A terminal's size in characters. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

const move = {
  up: (lines: number) => (lines > 0 ? `\u001b[${lines}F` : ''),
  down: (lines: number) => '\n'.repeat(lines),
  restOfLine: '\u001b[K',
  restOfScreen: '\u001b[J',
  clear: '\u001b[H\u001b[2J',
}

/** Hides the cursor and has the terminal cut long lines, so that a line is always one line; and the way back. */
export const screenModes = {begin: '\u001b[?25l\u001b[?7l', end: '\u001b[?7h\u001b[?25h'}

/**
 * Lines that stay where they are on a terminal: each drawing writes only those that differ. The cursor rests below the last
 * one, so what was printed before stays above, and what comes after follows.
 */
export class Screen {
  private drawn: readonly string[] = []
  private disturbed = false

  /** The next drawing is a new one at the top: after the terminal's size has changed nobody knows where lines stand. */
  disturb(): void {
    this.disturbed = true
  }

  /** What to write so that the terminal shows these lines; nothing when it does already. They must fit its height. */
  draw(lines: readonly string[]): string {
    const before = this.disturbed ? [] : this.drawn
    const clear = this.disturbed ? move.clear : ''
    this.disturbed = false
    this.drawn = lines
    const first = lines.findIndex((line, at) => line !== before[at])
    if (first < 0 && lines.length === before.length) return clear
    const from = first < 0 ? lines.length : first
    let text = clear + move.up(before.length - from)
    let skipped = 0
    for (let at = from; at < lines.length; at++) {
      if (lines[at] === before[at]) skipped++
      else {
        text += `${move.down(skipped)}${lines[at]}${move.restOfLine}\n`
        skipped = 0
      }
    }
    return text + move.down(skipped) + (lines.length < before.length ? move.restOfScreen : '')
  }
}

/**
 * As many of `count` rows as a terminal has room for beside `others` lines, with a last line for those that are left out when
 * there are any; one line stays free for the cursor.
 */
export function roomFor(count: number, others: number, {rows}: ScreenSize): {readonly shown: number; readonly more: number} {
  const room = Math.max(1, rows - 1 - others)
  if (count <= room) return {shown: count, more: 0}
  const shown = Math.max(0, room - 1)
  return {shown, more: count - shown}
}
