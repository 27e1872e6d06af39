/**
 * The candidate that was most likely meant by a mistyped word: one that it begins, else the fewest slips away, if those are at
 * most a third of its letters. Undefined when none is near.
 */
export function suggest(typed: string, candidates: readonly string[]): string | undefined {
  const begun = typed.length >= 2 ? candidates.filter(candidate => candidate.startsWith(typed)) : []
  if (begun.length === 1) return begun[0]
  let best: {readonly candidate: string; readonly slips: number} | undefined
  for (const candidate of candidates) {
    const slips = slipsBetween(typed, candidate)
    if (slips <= Math.max(1, Math.floor(candidate.length / 3)) && (best === undefined || slips < best.slips))
      best = {candidate, slips}
  }
  return best?.candidate
}

/** Letters added, left out, changed, or swapped with their neighbour (optimal string alignment distance). */
export function slipsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last = Array.from({length: b.length + 1}, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const changed = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swappable = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = swappable ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, changed, swapped))
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
