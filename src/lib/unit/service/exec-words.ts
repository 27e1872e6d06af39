import {Fault} from '../fault.ts'

/** One command of an Exec line, variables not yet replaced. */
export interface ExecCommand {
  /** A failure counts as success (`-`). */
  readonly ignoresFailure: boolean
  /** `$VAR` is replaced; not so behind `:`. */
  readonly expandsVariables: boolean
  /** Runs apart from what the unit says of user and privileges (`+`, `!`, `!!`). */
  readonly elevated: boolean
  /** The second word is what the process is told its own name is (`@`). */
  readonly namesItself: boolean
  readonly words: readonly string[]
}

/**
 * The commands of an Exec line: its prefixes, then words by the quoting rules, `;` alone between commands
 * (systemd.service(5), "Command lines").
 */
export function parseExecLine(line: string): readonly ExecCommand[] | Fault {
  const words = readWords(line)
  if (words instanceof Fault) return words
  const commands: ExecCommand[] = []
  let current: string[] = []
  for (const {text, written} of [...words, {text: ';', written: ';'}]) {
    if (written !== ';') current.push(written === '\\;' ? ';' : text)
    else if (current.length > 0) {
      commands.push(commandOf(current))
      current = []
    }
  }
  return commands.length > 0 ? commands : new Fault('no command', 'write the program and its arguments')
}

function commandOf([first = '', ...rest]: readonly string[]): ExecCommand {
  const prefix = /^[-@:+!|]*/.exec(first)?.[0] ?? ''
  const program = first.slice(prefix.length)
  return {
    ignoresFailure: prefix.includes('-'),
    expandsVariables: !prefix.includes(':'),
    elevated: /[+!]/.test(prefix),
    namesItself: prefix.includes('@'),
    words: program === '' ? rest : [program, ...rest],
  }
}

/** The words of a value with quotes taken off and escapes resolved, as Environment= and Exec lines have them. */
export function splitWords(text: string): readonly string[] | Fault {
  const words = readWords(text)
  return words instanceof Fault ? words : words.map(word => word.text)
}

interface Word {
  readonly text: string
  readonly written: string
}

/** Quotes may open in the middle of a word; escapes hold inside both kinds; an unknown escape stays as it is. */
function readWords(text: string): readonly Word[] | Fault {
  const words: Word[] = []
  let at = 0
  while (at < text.length) {
    if (isBlank(text[at])) {
      at++
      continue
    }
    const start = at
    let word = ''
    let quote = ''
    for (; at < text.length && (quote !== '' || !isBlank(text[at])); at++) {
      const character = text[at] ?? ''
      if (character === '\\') {
        const found = escapeAt(text, at)
        word += found.text
        at += found.length - 1
      } else if (quote === '' && (character === '"' || character === "'")) quote = character
      else if (character === quote) quote = ''
      else word += character
    }
    if (quote !== '') return new Fault(`a ${quote} that is not closed`, `close it, or write \\${quote}`)
    words.push({text: word, written: text.slice(start, at)})
  }
  return words
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
}

/** The escape at a backslash (systemd.syntax(7), "Quoting"), and how many characters it takes. */
function escapeAt(text: string, at: number): {text: string; length: number} {
  const rest = text.slice(at + 1, at + 10)
  const simple = Object.hasOwn(simpleEscapes, rest[0] ?? '') ? simpleEscapes[rest[0] ?? ''] : undefined
  if (simple !== undefined) return {text: simple, length: 2}
  const number = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/.exec(rest)
  const code =
    number &&
    (number[4] === undefined ? Number.parseInt(number[1] ?? number[2] ?? number[3] ?? '', 16) : Number.parseInt(number[4], 8))
  if (number && code !== null && code > 0 && code <= 0x10ffff)
    return {text: String.fromCodePoint(code), length: number[0].length + 1}
  return {text: `\\${rest.slice(0, 1)}`, length: 1 + rest.slice(0, 1).length}
}

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
 * place, `$$` a dollar. A variable without a value is empty (systemd.service(5), "Command lines").
 */
export function expandVariables(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  {keepUnset = false}: ExpandOptions = {},
): Expanded {
  const unset: string[] = []
  const lookUp = (name: string, written: string): string => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (value === undefined) unset.push(name)
    return value ?? (keepUnset ? written : '')
  }
  const expanded = words.flatMap(word => {
    const whole = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word)?.[1]
    if (whole !== undefined) {
      const value = lookUp(whole, word)
      const parts = splitWords(value)
      return parts instanceof Fault ? value.split(/\s+/).filter(part => part !== '') : parts
    }
    return [
      word.replace(/\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (written, name?: string) =>
        name === undefined ? '$' : lookUp(name, written),
      ),
    ]
  })
  return {words: expanded, unset}
}
