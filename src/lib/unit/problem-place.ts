import {goesOn} from './lines.ts'

/** What is known of a problem's place before the text is looked at. */
export interface RoughPlace {
  /** Of the option's beginning, from 1. */
  readonly line: number
  /** Whether it is a key that is meant, or a section's header. */
  readonly hasKey: boolean
  /** Where in the value it stands, from 0. */
  readonly offset?: number
  /** Without an offset: in the value, where nothing more is known; else at the key. */
  readonly inValue: boolean
  /** Quotes the word that is wrong, where there is one. */
  readonly message: string
}

/** Finds places in the text of one unit file. */
export class TextPlaces {
  readonly #lines: readonly string[]
  readonly #values = new Map<number, Value>()

  constructor(text: string) {
    this.#lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  }

  /**
   * The line and column, both from 1, at which a problem stands: the offset within the value, else the word that its
   * message quotes, else the value or the key. In a continued value the line is the one that has it. Undefined when there
   * is no such line.
   */
  find(place: RoughPlace): {line: number; column: number} | undefined {
    const first = this.#lines[place.line - 1]
    if (first === undefined) return undefined
    const start = {line: place.line, column: (/\S/.exec(first)?.index ?? 0) + 1}
    const equals = first.indexOf('=')
    if (!place.hasKey || equals < 0) return start
    let value = this.#values.get(place.line)
    if (!value) {
      value = valueFrom(this.#lines, place.line, equals + 1)
      this.#values.set(place.line, value)
    }
    const offset = place.offset ?? offsetOfWord(value.text, place.message)
    return value.positions[offset ?? (place.inValue ? 0 : -1)] ?? start
  }
}

interface Value {
  readonly text: string
  /** Of each of its characters. */
  readonly positions: readonly {line: number; column: number}[]
}

/** A value as it was put together from its lines. */
function valueFrom(lines: readonly string[], firstLine: number, firstIndex: number): Value {
  let text = ''
  const positions: {line: number; column: number}[] = []
  for (let line = firstLine; line <= lines.length; line++) {
    const raw = lines[line - 1] ?? ''
    if (line > firstLine && /^\s*[#;]/.test(raw)) continue
    const from = line === firstLine ? firstIndex : 0
    const said = raw.slice(from).trimEnd()
    const isOpen = goesOn(said, 0, said.length)
    const part = isOpen ? `${said.slice(0, -1)} ` : said
    for (let index = 0; index < part.length; index++) positions.push({line, column: from + index + 1})
    text += part
    if (!isOpen) break
  }
  const lead = text.length - text.trimStart().length
  return {text: text.slice(lead), positions: positions.slice(lead)}
}

/** Where the word stands that a message quotes or begins with, if it is in the value as it is. */
function offsetOfWord(value: string, message: string): number | undefined {
  const match = /'([^']+)'|^(\$\w+|--?[\w-]+)/.exec(message)
  const word = match?.[1] ?? match?.[2]
  if (word === undefined) return undefined
  for (const candidate of [word, word.replace(/^\$(?=\w)/, '${')]) {
    let found = -1
    for (let at = value.indexOf(candidate); at >= 0; at = value.indexOf(candidate, at + 1)) {
      const isWhole = !/\w/.test(value.charAt(at - 1)) && !/\w/.test(value.charAt(at + candidate.length))
      if (isWhole) return at
      if (found < 0) found = at
    }
    if (found >= 0) return found
  }
  return undefined
}
