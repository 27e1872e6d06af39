import {Fault} from '../fault.ts'

/** One word of a value. */
export interface Word {
  /** Quotes taken off, escapes resolved. */
  readonly text: string
  readonly written: string
  /** Where it begins within the value, from 0. */
  readonly offset: number
}

export interface Words {
  readonly words: readonly Word[]
  /** What ended the reading: the words before it are read. */
  readonly fault?: Fault
}

/** What an escape that is unknown becomes: itself, the end of the reading, or the character behind the backslash. */
export type UnknownEscapes = 'keep' | 'refuse' | 'drop backslash'

/**
 * Splits a value at blanks as systemd does (systemd.syntax(7), "Quoting"): quotes may open and close anywhere in a word
 * and hold blanks together, escapes hold inside both kinds and outside. Under `drop backslash` no escape is known, and a
 * quote need not be closed.
 */
export function readWords(text: string, unknown: UnknownEscapes): Words {
  const words: Word[] = []
  let at = 0
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++
    if (at >= text.length) return {words}
    const found = wordAt(text, at, unknown)
    if (found instanceof Fault) return {words, fault: found}
    const isPlain = found.text.length === found.end - at
    words.push({text: found.text, written: isPlain ? found.text : text.slice(at, found.end), offset: at})
    at = found.end
  }
}

function wordAt(text: string, start: number, unknown: UnknownEscapes): {text: string; end: number} | Fault {
  let word = ''
  let quote = 0
  let quoteAt = start
  let from = start
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) {
      const found = unknown === 'drop backslash' ? {text: text.slice(at + 1, at + 2), end: at + 2} : escapeAt(text, at)
      if (found) {
        word += text.slice(from, at) + found.text
        from = found.end
        at = found.end - 1
      } else if (unknown === 'refuse') {
        return new Fault(`'${text.slice(at, at + 2)}' is no escape`, 'write \\\\ for a backslash', at)
      } else at++
    } else if (quote === 0 ? code === doubleQuote || code === singleQuote : code === quote) {
      word += text.slice(from, at)
      from = at + 1
      quote = quote === 0 ? code : 0
      quoteAt = at
    } else if (quote === 0 && isBlank(code)) break
  }
  if (quote !== 0 && unknown !== 'drop backslash') {
    const written = String.fromCharCode(quote)
    return new Fault(`a ${written} that is not closed`, `close it, or write \\${written}`, quoteAt)
  }
  return {text: from === start ? text.slice(start, at) : word + text.slice(from, at), end: Math.min(at, text.length)}
}

const backslash = 92
const doubleQuote = 34
const singleQuote = 39

/** Of the codes of blank, tab, newline and carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['s', ' '],
])

/** The escape at a backslash and where it ends (systemd.syntax(7), "Quoting"); undefined when it is none. */
function escapeAt(text: string, at: number): {text: string; end: number} | undefined {
  const letter = text.charAt(at + 1)
  const simple = simpleEscapes.get(letter)
  if (simple !== undefined) return {text: simple, end: at + 2}
  if (letter === 'u' || letter === 'U') {
    const digits = letter === 'u' ? 4 : 8
    const code = numberAt(text, at + 2, {digits, base: 16})
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
    return isCharacter ? {text: String.fromCodePoint(code), end: at + 2 + digits} : undefined
  }
  return bytesAt(text, at)
}

/** `\xHH` and `\ooo` are bytes: those that follow one another are characters together. */
function bytesAt(text: string, start: number): {text: string; end: number} | undefined {
  const bytes: number[] = []
  let at = start
  while (text.charCodeAt(at) === backslash) {
    const isHex = text.charAt(at + 1) === 'x'
    const byte = isHex ? numberAt(text, at + 2, {digits: 2, base: 16}) : numberAt(text, at + 1, {digits: 3, base: 8})
    if (!(byte > 0 && byte < 256)) break
    bytes.push(byte)
    at += 4
  }
  return at === start ? undefined : {text: new TextDecoder().decode(Uint8Array.from(bytes)), end: at}
}

/** NaN when there are not as many digits. */
function numberAt(text: string, at: number, {digits, base}: {digits: number; base: 8 | 16}): number {
  const written = text.slice(at, at + digits)
  const pattern = base === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/
  return written.length === digits && pattern.test(written) ? Number.parseInt(written, base) : Number.NaN
}
