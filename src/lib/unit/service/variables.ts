import {readWords} from './words.ts'

/** Words with their variables replaced, and the names of the variables that had no value. */
export interface Expanded {
  readonly words: readonly string[]
  readonly unset: readonly string[]
}

export interface ExpandOptions {
  /** Variables without a value stay as they are written, since they may get one later. */
  readonly keepUnset?: boolean
}

/**
 * Replaces variables: `$VAR` as a word of its own becomes as many words as its value has, `${VAR}` becomes the value in
 * place, `$$` a dollar. A variable without a value is empty, and so is what can be no variable's name: `$1` and `$VAR/x`
 * as words, `${1}` anywhere. `${VAR:-x}` is not replaced, nor `$VAR` within a word (systemd.service(5), "Command lines").
 */
export function expandVariables(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  {keepUnset = false}: ExpandOptions = {},
): Expanded {
  if (!words.some(word => word.includes('$'))) return {words, unset: []}
  const unset: string[] = []
  const lookUp = (name: string, written: string): string => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (value === undefined) unset.push(name)
    return value ?? (keepUnset && /^[A-Za-z_]\w*$/.test(name) ? written : '')
  }
  const expanded: string[] = []
  for (const word of words) {
    if (!word.includes('$')) expanded.push(word)
    else if (/^\$[^{$]|^\$$/.test(word)) {
      const value = lookUp(word.slice(1), word)
      if (value !== '') expanded.push(...readWords(value, 'drop backslash').words.map(({text}) => text))
    } else expanded.push(replaceInPlace(word, lookUp))
  }
  return {words: expanded, unset}
}

/** In time with the length, however the braces stand. */
function replaceInPlace(word: string, lookUp: (name: string, written: string) => string): string {
  let replaced = ''
  let from = 0
  let at = word.indexOf('$')
  while (at >= 0) {
    const next = word.charAt(at + 1)
    let end = at + 1
    if (next === '$') {
      replaced += word.slice(from, end)
      from = end + 1
    } else if (next === '{') {
      end = at + 2
      while (end < word.length && word[end] !== '}' && word[end] !== ':') end++
      if (word[end] === '}') {
        replaced += word.slice(from, at) + lookUp(word.slice(at + 2, end), word.slice(at, end + 1))
        from = end + 1
      }
    }
    at = word.indexOf('$', Math.max(from, end))
  }
  return replaced + word.slice(from)
}
