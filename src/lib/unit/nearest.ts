/**
 * The candidate that a word was most likely meant to be: within `most` edits (letters put in, left out or changed, two
 * neighbours swapped), case not counting. Undefined when none is near.
 */
export function nearest(word: string, candidates: Iterable<string>, most = 2): string | undefined {
  let best: string | undefined
  let bestDistance = most + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** The nearest candidates, at most `count`, the nearest first and those that are as near in the order given. */
export function nearestFew(word: string, candidates: Iterable<string>, count: number, most = 2): readonly string[] {
  const near: {readonly candidate: string; readonly distance: number}[] = []
  let limit = most
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance > limit) continue
    const at = near.findIndex(each => each.distance > distance)
    near.splice(at < 0 ? near.length : at, 0, {candidate, distance})
    near.length = Math.min(near.length, count)
    // Of those that are no nearer the first ones stay.
    if (near.length === count) limit = (near.at(-1)?.distance ?? 0) - 1
  }
  return near.map(({candidate}) => candidate)
}

/** Damerau-Levenshtein distance with adjacent swaps. */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let previous = Array.from({length: to.length + 1}, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const choices = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[column - 2] ?? 0) + 1] : []),
      ]
      current.push(Math.min(...choices))
    }
    ;[before, previous] = [previous, current]
  }
  return previous[to.length] ?? 0
}
