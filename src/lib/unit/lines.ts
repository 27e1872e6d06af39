import type {UnitOption, UnitSection} from './sections.ts'
import type {Problem} from './unit.ts'

/**
 * The sections of a unit file's text by systemd.syntax(7): `#` and `;` begin comments, a backslash at the end of a line
 * continues it, a blank stands for both. Inside a continuation comments are left out and a blank line ends it.
 *
 * Where systemd and fleet's lexer differ, what a unit meant under fleet counts: a comment that ends in a backslash goes
 * on in the next line, and a backslash with a blank behind it continues its line. Both are told.
 */
export function readLines(text: string, problems: Problem[]): readonly UnitSection[] {
  const source = cleaned(text, problems)
  const reader = new Reader(problems)
  let start = 0
  for (let line = 1; start <= source.length; line++) {
    const found = source.indexOf('\n', start)
    const end = found < 0 ? source.length : found
    reader.read(source, {start, end, line})
    start = end + 1
  }
  reader.finish()
  return reader.sections
}

/** A line's place in the text; `end` is behind its last character. */
interface Span {
  readonly start: number
  readonly end: number
  readonly line: number
}

class Reader {
  readonly sections: {name: string; line: number; options: UnitOption[]}[] = []
  readonly #problems: Problem[]
  /** What a line that goes on has said so far. */
  #pending: {text: string; readonly line: number; readonly column: number; closedByComment: boolean} | undefined
  #inComment = false

  constructor(problems: Problem[]) {
    this.#problems = problems
  }

  read(source: string, span: Span): void {
    const {start, line} = span
    const first = skipBlanks(source, start, span.end)
    const end = skipBlanksBack(source, first, span.end)
    const letter = first < end ? source.charCodeAt(first) : newline
    const isComment = letter === hash || letter === semicolon
    if (this.#inComment) {
      if (!isComment && first < end) this.#tellSwallowed(line, first - start + 1)
      this.#inComment = goesOn(source, first, end)
    } else if (this.#pending === undefined) {
      if (first === end) return
      if (isComment) this.#inComment = goesOn(source, first, end)
      else if (goesOn(source, first, end))
        this.#hold(source, {start: first, end, line}, {column: first - start + 1, lineEnd: span.end})
      else this.#take(source.slice(first, end), line, first - start + 1)
    } else if (isComment) this.#pending.closedByComment ||= !goesOn(source, first, end)
    else if (first === end) this.finish()
    else if (letter === openBracket && this.#pending.closedByComment) {
      this.finish()
      this.read(source, span)
    } else if (goesOn(source, first, end)) this.#hold(source, {start, end, line}, {column: first - start + 1, lineEnd: span.end})
    else {
      this.#pending.text += source.slice(start, end)
      this.finish()
    }
  }

  /** Ends a line that was to go on. */
  finish(): void {
    const pending = this.#pending
    this.#pending = undefined
    const content = pending && trim(pending.text)
    if (content) this.#take(content, pending.line, pending.column)
  }

  /** Keeps a line that goes on; `end` is behind its backslash. */
  #hold(source: string, {start, end, line}: Span, {column, lineEnd}: {column: number; lineEnd: number}): void {
    if (end < lineEnd) {
      const message = 'a blank behind the backslash: the line goes on, as under fleet, but systemd itself would end it here'
      this.#problems.push({severity: 'warning', line, column: column + end - start, message, remedy: 'take the blank away'})
    }
    const said = `${source.slice(start, end - 1)} `
    if (this.#pending) this.#pending.text += said
    else this.#pending = {text: said, line, column, closedByComment: false}
  }

  /** One header or option, without blanks around it. */
  #take(content: string, line: number, column: number): void {
    if (content.charCodeAt(0) === openBracket) {
      if (content.endsWith(']')) this.sections.push({name: content.slice(1, -1), line, options: []})
      else this.#refuse({line, column}, 'a section header without its closing bracket', 'write [Section] alone on the line')
      return
    }
    const section = this.sections.at(-1)
    const equals = content.indexOf('=')
    if (section && equals > 0) {
      const key = content.slice(0, skipBlanksBack(content, 0, equals))
      section.options.push({key, value: content.slice(skipBlanks(content, equals + 1, content.length)), line})
      return
    }
    if (!section) {
      const message = 'passed over, since no section has begun'
      this.#problems.push({severity: 'warning', line, column, message, remedy: 'write it below a header such as [Service]'})
    } else if (equals < 0) {
      this.#refuse({line, column}, `no '=' in '${excerpt(content)}'`, 'write Key=value, or end the line before it with \\')
    } else this.#refuse({line, column}, "nothing before the '='", 'write Key=value')
  }

  #refuse(place: {line: number; column: number}, message: string, remedy: string): void {
    this.#problems.push({severity: 'error', ...place, message, remedy})
  }

  #tellSwallowed(line: number, column: number): void {
    const message = 'part of the comment above, which ends in a backslash'
    this.#problems.push({severity: 'warning', line, column, message, remedy: 'begin the line with #, or take the backslash away'})
  }
}

const tab = 9
const newline = 10
const carriageReturn = 13
const blank = 32
const hash = 35
const semicolon = 59
const openBracket = 91
const backslash = 92

/** The text with `\n` at the end of each line, without the byte order mark and what no file of text has. */
function cleaned(text: string, problems: Problem[]): string {
  let source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (source.includes('\r')) source = source.replaceAll(/\r\n?/g, '\n')
  if (source.includes('\0')) {
    for (const place of placesOf(source, '\0'))
      problems.push({severity: 'error', ...place, message: 'a NUL byte', remedy: 'save the file as plain UTF-8 text'})
    source = source.replaceAll('\0', '')
  }
  if (source.includes('\uFFFD')) {
    const message = 'bytes that are no UTF-8, shown as \uFFFD'
    for (const place of placesOf(source, '\uFFFD'))
      problems.push({severity: 'warning', ...place, message, remedy: 'save the file as UTF-8 text'})
  }
  return source
}

/** Where in each line that has it a character stands first. */
function placesOf(source: string, character: string): {line: number; column: number}[] {
  return source.split('\n').flatMap((text, index) => {
    const at = text.indexOf(character)
    return at < 0 ? [] : [{line: index + 1, column: at + 1}]
  })
}

/** Whether a line continues: there is an odd number of backslashes before `end`. */
export function goesOn(source: string, start: number, end: number): boolean {
  let at = end
  while (at > start && source.charCodeAt(at - 1) === backslash) at--
  return (end - at) % 2 === 1
}

function trim(text: string): string {
  const start = skipBlanks(text, 0, text.length)
  return text.slice(start, skipBlanksBack(text, start, text.length))
}

function skipBlanks(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(text.charCodeAt(at))) at++
  return at
}

function skipBlanksBack(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

/** The blanks that systemd knows. */
function isBlank(code: number): boolean {
  return code === blank || code === tab || code === newline || code === carriageReturn
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
