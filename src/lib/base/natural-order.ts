/** Orders names as people count: `web@2` before `web@10`; otherwise by code unit, so that the order is total and the same everywhere. */
export function compareNatural(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)]
    if (isDigit(x) && isDigit(y)) {
      const endA = digitsEnd(a, i)
      const endB = digitsEnd(b, j)
      const difference = numberIn(a, i, endA) - numberIn(b, j, endB)
      if (difference !== 0) return difference
      i = endA
      j = endB
    } else if (x === y) {
      i++
      j++
    } else return x - y
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** What the digits come to; of many, the nearest number that there is. */
function numberIn(text: string, from: number, end: number): number {
  if (end - from > exactDigits) return Number(text.slice(from, end))
  let number = 0
  for (let at = from; at < end; at++) number = number * 10 + text.charCodeAt(at) - 48
  return number
}

const exactDigits = 15

function digitsEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end
}
