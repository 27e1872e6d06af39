import {Fault} from '../unit/fault.ts'
import type {FleetOption} from './options.ts'

/**
 * The options of a unit file's text exactly as fleet reads it, so that both have the same hash of it; a Fault, in fleet's
 * words, for what fleet refuses. It is not quite systemd's way: a line goes on only when the backslash is its very last
 * character, what goes on is kept as it is written, comments inside it too, and a header may begin anywhere before the
 * first section.
 */
export function readOptions(text: string): readonly FleetOption[] | Fault {
  return new OptionReader(text).read()
}

/** Without the blanks at both ends that Go's strings.TrimSpace takes away: not all the same as JavaScript's. */
export function trimSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charAt(start))) start++
  while (end > start && isSpace(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

class OptionReader {
  readonly #text: string
  readonly #options: FleetOption[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly FleetOption[] | Fault {
    let section: string | undefined
    while (this.#at < this.#text.length) {
      const letter = this.#text.charAt(this.#at)
      if (letter === '[') {
        const found = this.#readSection()
        if (found instanceof Fault) return found
        section = found
      } else if (letter === '#' || letter === ';') this.#skipComment()
      else if (section === undefined || isSpace(letter)) this.#at++
      else {
        const fault = this.#readOption(section)
        if (fault !== undefined) return fault
      }
    }
    return this.#options
  }

  #readSection(): string | Fault {
    const end = this.#text.indexOf(']', this.#at)
    if (end < 0) return new Fault('unable to find end of section')
    const section = this.#text.slice(this.#at + 1, end)
    this.#at = end + 1
    const rest = trimSpace(this.#readLine().line)
    return rest === '' ? section : new Fault(`found garbage after section name ${section}: ${rest}`)
  }

  /** A comment that ends in a backslash, with at most one blank behind it, takes in the next line. */
  #skipComment(): void {
    while (/\\ ?$/.test(this.#readLine().line));
  }

  #readOption(section: string): Fault | undefined {
    nameEnd.lastIndex = this.#at
    const end = nameEnd.exec(this.#text)
    if (end === null) return new Fault('unexpected end of file encountered while parsing option name')
    if (end[0] !== '=') return new Fault('unexpected newline encountered while parsing option name')
    const name = trimSpace(this.#text.slice(this.#at, end.index))
    this.#at = end.index + 1
    this.#options.push({section, name, value: this.#readValue()})
    return undefined
  }

  #readValue(): string {
    let said = ''
    for (;;) {
      const {line, isLast} = this.#readLine()
      if (trimSpace(line) === '') break
      said += line
      if (!line.endsWith('\\')) break
      if (!isLast) said += '\n'
    }
    return said.endsWith('\n') ? `${trimSpace(said)}\n` : trimSpace(said)
  }

  #readLine(): {readonly line: string; readonly isLast: boolean} {
    const found = this.#text.indexOf('\n', this.#at)
    const isLast = found < 0
    const line = this.#text.slice(this.#at, isLast ? undefined : found)
    this.#at = isLast ? this.#text.length : found + 1
    return {line: isLast && line.endsWith('\r') ? line.slice(0, -1) : line, isLast}
  }
}

const nameEnd = /[=\n\r]/g

/** Go's unicode.IsSpace. */
function isSpace(letter: string): boolean {
  return /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(letter)
}
