type Variables = Readonly<Record<string, string>>

/** What is wrong in a file of variables, and where. */
export class EnvironmentFileError extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/**
 * Reads the text of an environment file as systemd.exec(5) describes it under EnvironmentFile=: comments begin with `#`
 * or `;`, lines without `=` say nothing, values may be quoted and go on after a backslash at the line's end. Throws
 * EnvironmentFileError, which knows its line from 1, for a name that cannot be one and for a quote that is not closed.
 */
export function parseEnvironmentFile(text: string): Variables {
  const variables: Record<string, string> = {}
  const cursor = new Cursor(text)
  for (;;) {
    cursor.take(blank)
    if (cursor.atEnd()) return variables
    if (cursor.take(comment) !== undefined) continue
    const line = cursor.line()
    const name = cursor.take(key)?.trim() ?? ''
    if (cursor.take(/=/y) === undefined) continue
    if (!/^[A-Za-z_][\w.-]*$/.test(name))
      throw new EnvironmentFileError(line, `${JSON.stringify(name)} cannot be a variable's name`)
    variables[name] = takeValue(cursor, line)
  }
}

const blank = /\s*/y
const comment = /[#;](?:\\[\s\S]|[^\n\\])*/y
const key = /[^=\n]*/y
const singleQuoted = /[^\S\n]*'([^']*)'/y
const doubleQuoted = /[^\S\n]*"((?:\\[\s\S]|[^"\\])*)"/y
const openQuote = /[^\S\n]*['"]/y
const plain = /[^\S\n]*((?:\\[\s\S]|[^\n\\])*)\\?/y

/** Quoted pieces follow each other without their spaces; after the first unquoted character quotes mean themselves. */
function takeValue(cursor: Cursor, line: number): string {
  let value = ''
  for (;;) {
    const single = cursor.take(singleQuoted)
    const double = single === undefined ? cursor.take(doubleQuoted) : undefined
    if (single === undefined && double === undefined) break
    value += single ?? unescapeQuoted(double ?? '')
  }
  if (cursor.take(openQuote) !== undefined) throw new EnvironmentFileError(line, 'the quote is not closed')
  return value + unescapePlain(cursor.take(plain) ?? '')
}

/** Without the space at its end, unless that is escaped. */
function unescapePlain(raw: string): string {
  const trimmed = /^(?:\s*(?:\\[\s\S]|[^\s\\]))*/.exec(raw)?.[0] ?? ''
  return trimmed.replace(/\\([\s\S])/g, (_, character) => (character === '\n' ? '' : character))
}

function unescapeQuoted(raw: string): string {
  return raw.replace(/\\([\s\S])/g, (both, character) => (character === '\n' ? '' : /["\\`$]/.test(character) ? character : both))
}

class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** What the pattern's group, or else the whole pattern, matches here; the cursor moves behind it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? match[0]
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  line(): number {
    return this.#text.slice(0, this.#at).split('\n').length
  }
}
