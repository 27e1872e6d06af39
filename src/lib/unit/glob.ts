/** Whether `name` matches a shell pattern with the meaning of Go's path.Match; a malformed pattern matches nothing. */
export function matchesGlob(pattern: string, name: string): boolean {
  return compileGlob(pattern)?.(name) ?? false
}

/**
 * A pattern made ready to match many names: `*` (any run without `/`), `?` (one character but `/`), `[a-c]`, `[^a]`,
 * `\` to take a character as it is. Undefined when the pattern is malformed. Takes at most length × length steps.
 */
export function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  const tokens = tokensOf([...pattern])
  return tokens && (name => matches(tokens, [...name]))
}

type Token = 'star' | ((character: string) => boolean)

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starEnd = 0
  while (token < tokens.length || at < name.length) {
    const current = tokens[token]
    const character = name[at]
    if (current === 'star') {
      star = token++
      starEnd = at
    } else if (current !== undefined && character !== undefined && current(character)) {
      token++
      at++
    } else {
      if (star < 0 || starEnd >= name.length || name[starEnd] === '/') return false
      at = ++starEnd
      token = star + 1
    }
  }
  return true
}

function tokensOf(pattern: readonly string[]): Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  while (at < pattern.length) {
    const character = pattern[at]
    if (character === '*') {
      tokens.push('star')
      at++
    } else if (character === '?') {
      tokens.push(other => other !== '/')
      at++
    } else if (character === '[') {
      const found = classAt(pattern, at + 1)
      if (!found) return undefined
      tokens.push(found.token)
      at = found.end
    } else {
      const literal = character === '\\' ? pattern[at + 1] : character
      if (literal === undefined) return undefined
      tokens.push(other => other === literal)
      at += character === '\\' ? 2 : 1
    }
  }
  return tokens
}

function classAt(pattern: readonly string[], start: number): {token: Token; end: number} | undefined {
  const negated = pattern[start] === '^'
  const ranges: (readonly [number, number])[] = []
  let at = negated ? start + 1 : start
  while (pattern[at] !== ']' || ranges.length === 0) {
    const low = classCharacter(pattern, at)
    if (!low) return undefined
    const high = pattern[low.end] === '-' ? classCharacter(pattern, low.end + 1) : low
    if (!high) return undefined
    ranges.push([low.code, high.code])
    at = high.end
  }
  const inRanges = (code: number) => ranges.some(([low, high]) => low <= code && code <= high)
  return {token: character => inRanges(character.codePointAt(0) ?? 0) !== negated, end: at + 1}
}

function classCharacter(pattern: readonly string[], at: number): {code: number; end: number} | undefined {
  const first = pattern[at]
  if (first === '-' || first === ']') return undefined
  const escaped = first === '\\'
  const code = pattern[escaped ? at + 1 : at]?.codePointAt(0)
  return code === undefined ? undefined : {code, end: at + (escaped ? 2 : 1)}
}
