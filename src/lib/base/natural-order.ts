/** Orders names as people count: `web@2` before `web@10`; otherwise by code unit, so that the order is total and the same everywhere. */
export function compareNatural(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)]
    if (isDigit(x) && isDigit(y)) {
      i = noughtsEnd(a, i)
      j = noughtsEnd(b, j)
      const endA = digitsEnd(a, i)
      const endB = digitsEnd(b, j)
      if (endA - i !== endB - j) return endA - i - (endB - j)
      for (; i < endA; i++, j++) {
        const difference = a.charCodeAt(i) - b.charCodeAt(j)
        if (difference !== 0) return difference
      }
    } else if (x === y) {
      i++
      j++
    } else return x - y
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0)
}

/** Many things in the order of `compareNatural` of their names; `orElse` orders those of one name. */
export function sortedNaturally<T>(
  things: readonly T[],
  name: (thing: T) => string,
  orElse: (a: T, b: T) => number = () => 0,
): readonly T[] {
  const keyed = things.map(thing => ({thing, key: sortKey(name(thing))}))
  keyed.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1
    return compareNatural(name(a.thing), name(b.thing)) || orElse(a.thing, b.thing)
  })
  return keyed.map(({thing}) => thing)
}

/**
 * A text that stands to others by code unit as the name does by `compareNatural`: each number has its length before it, and no noughts
 * in front. Names that differ in such noughts alone have the same.
 */
export function sortKey(name: string): string {
  let key = ''
  let done = 0
  for (let at = 0; at < name.length; at++) {
    if (!isDigit(name.charCodeAt(at))) continue
    const from = noughtsEnd(name, at)
    const end = digitsEnd(name, from)
    key += name.slice(done, at) + lengthKey(end - from) + name.slice(from, end)
    done = end
    at = end - 1
  }
  return key + name.slice(done)
}

/** In digits, since a number stands to what is none as its first digit does: so many nines, and the rest. */
function lengthKey(length: number): string {
  return '9'.repeat(length / 9) + String(length % 9)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function noughtsEnd(text: string, from: number): number {
  let end = from
  while (text.charCodeAt(end) === 48) end++
  return end
}

function digitsEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end
}
