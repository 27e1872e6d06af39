import type {Problem} from './unit.ts'

/** A unit file as written: sections and options in their order, each with its line, values not yet understood. */
export interface UnitFile {
  readonly sections: readonly UnitSection[]
}

/** A file as far as it could be read, and what could not. */
export interface ReadUnitFile {
  readonly file: UnitFile
  readonly problems: readonly Problem[]
}

interface UnitSection {
  readonly name: string
  readonly line: number
  readonly options: readonly UnitOption[]
}

export interface UnitOption {
  readonly key: string
  readonly value: string
  /** From 1; of a continued value the first. */
  readonly line: number
}

/**
 * Reads a unit file by systemd.syntax(7). Never throws: what it cannot read it leaves out and tells as a problem.
 * A line without `=` inside a section is an error, as in fleet; what stands before the first section is passed over.
 */
export function parseUnitFile(text: string): ReadUnitFile {
  const problems: Problem[] = []
  const sections: {name: string; line: number; options: UnitOption[]}[] = []
  for (const {content, line} of logicalLines(text, problems)) {
    const refuse = (message: string, remedy: string, severity: Problem['severity'] = 'error') =>
      problems.push({severity, line, message, remedy})
    if (content.startsWith('[')) {
      if (content.endsWith(']')) sections.push({name: content.slice(1, -1), line, options: []})
      else refuse('a section header without its closing bracket', 'write [Section] alone on the line')
      continue
    }
    const section = sections.at(-1)
    const equals = content.indexOf('=')
    if (!section) refuse('passed over, since no section has begun', 'write it below a header such as [Service]', 'warning')
    else if (equals < 0) refuse(`no '=' in '${excerpt(content)}'`, 'write Key=value, or end the line before it with \\')
    else if (trim(content.slice(0, equals)) === '') refuse("nothing before the '='", 'write Key=value')
    else section.options.push({key: trim(content.slice(0, equals)), value: trim(content.slice(equals + 1)), line})
  }
  return {file: {sections}, problems}
}

/** The unit file as text: one line an option, one blank line between sections, no comments. */
export function printUnitFile(file: UnitFile): string {
  return file.sections
    .map(({name, options}) => [`[${name}]`, ...options.map(({key, value}) => `${key}=${closed(value)}`), ''].join('\n'))
    .join('\n')
}

/**
 * The options of a key in all sections of that name, in their order. By the rule for lists (systemd.syntax(7)) an empty
 * value takes back what was given before it.
 */
export function optionsOf(file: UnitFile, section: string, key: string): UnitOption[] {
  const given = allOptions(file, section).filter(option => option.key === key)
  return given.slice(given.findLastIndex(option => option.value === '') + 1)
}

/** The values of a list key, as `optionsOf`. */
export function valuesOf(file: UnitFile, section: string, key: string): string[] {
  return optionsOf(file, section, key).map(option => option.value)
}

/** The option of a key that takes one value: the last; undefined when that one is empty. */
export function lastOptionOf(file: UnitFile, section: string, key: string): UnitOption | undefined {
  return optionsOf(file, section, key).at(-1)
}

/** The value of a key that takes one value, as `lastOptionOf`. */
export function lastValueOf(file: UnitFile, section: string, key: string): string | undefined {
  return lastOptionOf(file, section, key)?.value
}

/** All options of all sections of that name. */
export function allOptions(file: UnitFile, section: string): UnitOption[] {
  return file.sections.filter(({name}) => name === section).flatMap(({options}) => options)
}

interface LogicalLine {
  readonly content: string
  readonly line: number
}

/** Lines with their continuations joined by a space, without comments and blank lines. */
function* logicalLines(text: string, problems: Problem[]): Generator<LogicalLine> {
  let pending: {joined: string; line: number} | undefined
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [index, raw] of lines.entries()) {
    const line = index + 1
    if (/^[ \t]*[#;]/.test(raw)) continue
    if (raw.includes('\0')) {
      problems.push({severity: 'error', line, message: 'a NUL byte', remedy: 'save the file as plain UTF-8 text'})
    }
    if (/\\[ \t]+$/.test(raw)) {
      const message = 'a blank after the backslash, so that the line ends here'
      problems.push({severity: 'warning', line, message, remedy: 'take the blank away'})
    }
    const joined: string = (pending?.joined ?? '') + raw.replaceAll('\0', '')
    const first: number = pending?.line ?? line
    pending = undefined
    if (endsOpen(joined) && line < lines.length) {
      pending = {joined: `${joined.slice(0, -1)} `, line: first}
      continue
    }
    const content = trim(endsOpen(joined) ? joined.slice(0, -1) : joined)
    if (content !== '') yield {content, line: first}
  }
  if (pending && trim(pending.joined) !== '') yield {content: trim(pending.joined), line: pending.line}
}

/** An odd number of backslashes at the end. */
function endsOpen(line: string): boolean {
  let end = line.length
  while (line[end - 1] === '\\') end--
  return (line.length - end) % 2 === 1
}

/** A value that would continue onto the next line is closed by a blank, which reading takes away. */
function closed(value: string): string {
  return endsOpen(value) ? `${value} ` : value
}

/** Without the blanks at both ends that systemd knows; in time with the length, however many there are. */
function trim(text: string): string {
  const isBlank = (index: number) => ' \t\n\r'.includes(text[index] ?? 'none')
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return text.slice(start, end)
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
