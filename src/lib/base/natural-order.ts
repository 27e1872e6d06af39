/** Orders names as people count: `web@2` before `web@10`; otherwise by code unit, so that the order is total and the same everywhere. */
export function compareNatural(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(j)
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

/**
 * Many things in the order of `compareNatural` of their names; `orElse` orders those of one name. The instances of a template are put
 * together, for which little has to be compared: what is before the first `@` goes before what is behind it.
 */
export function sortedNaturally<T>(
  things: readonly T[],
  name: (thing: T) => string,
  orElse: (a: T, b: T) => number = () => 0,
): readonly T[] {
  const inOrder = (a: Named<T>, b: Named<T>) => {
    if (a.number !== b.number && a.number >= 0 && b.number >= 0) return a.number - b.number
    return compareNatural(a.name, b.name) || orElse(a.thing, b.thing)
  }
  const families = familiesOf(things, name)
  families.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1
    const [[one], [other]] = [a.members, b.members]
    return one === undefined || other === undefined ? 0 : inOrder(one, other)
  })
  const sorted: T[] = []
  for (const {members} of families) {
    const placed = membersByNumber(members) ?? members.sort(inOrder)
    placed.forEach(member => {
      if (member !== undefined) sorted.push(member.thing)
    })
  }
  return sorted
}

/**
 * Each member at the place of its number: as a rule a template has instances from one to so many, and nothing need be compared then.
 * Undefined where two have one number, some have none, or they lie far apart.
 */
function membersByNumber<T>(members: readonly Named<T>[]): readonly (Named<T> | undefined)[] | undefined {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  members.forEach(({number}) => {
    if (number < least) least = number
    if (number > most) most = number
  })
  if (least < 0 || most - least > 2 * members.length) return undefined
  const places: (Named<T> | undefined)[] = new Array(most - least + 1).fill(undefined)
  let areSingle = true
  members.forEach(member => {
    const place = member.number - least
    if (places[place] !== undefined) areSingle = false
    places[place] = member
  })
  return areSingle ? places : undefined
}

/** The instances of a template, or one thing by itself. */
interface Family<T> {
  /** The sort key of what their names begin with, up to the first `@`. */
  readonly key: string
  readonly members: Named<T>[]
}

interface Named<T> {
  readonly thing: T
  readonly name: string
  /** That follows the first `@`; -1 for none, and for one that is too long for a number. */
  readonly number: number
}

function familiesOf<T>(things: readonly T[], nameOf: (thing: T) => string): Family<T>[] {
  const families: Family<T>[] = []
  const byKey = new Map<string, Family<T>>()
  const byStem = new Map<string, Family<T>>()
  things.forEach(thing => {
    const name = nameOf(thing)
    const end = name.indexOf('@') + 1
    if (end === 0) {
      families.push({key: sortKey(name), members: [{thing, name, number: -1}]})
      return
    }
    const stem = name.slice(0, end)
    let family = byStem.get(stem)
    if (family === undefined) {
      const key = sortKey(stem)
      family = byKey.get(key)
      if (family === undefined) {
        family = {key, members: []}
        families.push(family)
        byKey.set(key, family)
      }
      byStem.set(stem, family)
    }
    family.members.push({thing, name, number: numberAt(name, end)})
  })
  return families
}

/** The number that begins there; -1 for none, and for one that is not exact. */
function numberAt(name: string, from: number): number {
  let number = 0
  let at = from
  for (; isDigit(name.charCodeAt(at)); at++) number = number * 10 + name.charCodeAt(at) - 48
  return at === from || number > Number.MAX_SAFE_INTEGER ? -1 : number
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
