/** Orders names as people count: `web@2` before `web@10`; otherwise by code unit, so that the order is total and the same everywhere. */
export function compareNatural(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (isDigit(a, i) && isDigit(b, j)) {
      const endA = digitsEnd(a, i)
      const endB = digitsEnd(b, j)
      const difference = Number(a.slice(i, endA)) - Number(b.slice(j, endB))
      if (difference !== 0) return difference
      i = endA
      j = endB
    } else if (a[i] === b[j]) {
      i++
      j++
    } else return a.charCodeAt(i) - b.charCodeAt(j)
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0)
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function digitsEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text, end)) end++
  return end
}
