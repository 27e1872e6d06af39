import {Fault} from '../fault.ts'

/** What must be known of a flag to tell it from its value. */
export interface FlagShape {
  readonly short?: string
  readonly takes: 'value' | 'switch'
  readonly singleDash?: boolean
}

export interface GivenFlag {
  /** The long name, without dashes. */
  readonly name: string
  /** As it was written, for messages. */
  readonly written: string
  readonly value: string
}

/**
 * Takes the flags off the front of a command line as Docker's command line does: `--flag value`, `--flag=value`,
 * switches, short flags alone and joined (`-itd`, `-p80:80`), the old `-name x`; `--` or the first word that is no flag
 * ends them. The rest is left untouched.
 */
export function readFlags(
  words: readonly string[],
  shapes: Readonly<Record<string, FlagShape>>,
): {flags: readonly GivenFlag[]; rest: readonly string[]} | Fault {
  const flags: GivenFlag[] = []
  let at = 0
  while (at < words.length) {
    const word = words[at] ?? ''
    if (word === '--') return {flags, rest: words.slice(at + 1)}
    if (!word.startsWith('-') || word === '-') break
    at++
    const long = word.length > 2 ? longFlag(word, shapes) : undefined
    const found = long ? [long] : word.startsWith('--') ? undefined : shortFlags(word.slice(1), shapes)
    if (!found) return new Fault(`'${word}' is no flag that is known`, 'write it as docker run --help tells')
    for (const {name, value} of found) {
      if (value === undefined && at >= words.length) return new Fault(`'${word}' is without its value`)
      flags.push({name, written: word, value: value ?? words[at++] ?? ''})
    }
  }
  return {flags, rest: words.slice(at)}
}

/** `value` is undefined when it is the next word. */
interface FoundFlag {
  readonly name: string
  readonly value: string | undefined
}

function longFlag(word: string, shapes: Readonly<Record<string, FlagShape>>): FoundFlag | undefined {
  const dashes = word.startsWith('--') ? 2 : 1
  const equals = word.indexOf('=', dashes)
  const name = word.slice(dashes, equals < 0 ? undefined : equals)
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
  if (!shape || (dashes === 1 && !shape.singleDash)) return undefined
  return {name, value: equals >= 0 ? word.slice(equals + 1) : shape.takes === 'switch' ? 'true' : undefined}
}

function shortFlags(letters: string, shapes: Readonly<Record<string, FlagShape>>): FoundFlag[] | undefined {
  const [letter = '', rest] = [letters[0], letters.slice(1)]
  const found = byLetter(shapes).get(letter)
  if (!found) return undefined
  const {name, takes} = found
  if (rest.length > 1 && rest.startsWith('=')) return [{name, value: rest.slice(1)}]
  if (takes === 'value') return [{name, value: rest === '' ? undefined : rest}]
  if (rest === '') return [{name, value: 'true'}]
  const others = shortFlags(rest, shapes)
  return others && [{name, value: 'true'}, ...others]
}

type Letters = ReadonlyMap<string, {readonly name: string; readonly takes: FlagShape['takes']}>
const letters = new WeakMap<Readonly<Record<string, FlagShape>>, Letters>()

/** The flags of a table that have a letter, by it. */
function byLetter(shapes: Readonly<Record<string, FlagShape>>): Letters {
  const known = letters.get(shapes)
  if (known) return known
  const made = new Map(
    Object.entries(shapes).flatMap(([name, {short, takes}]) => (short === undefined ? [] : [[short, {name, takes}] as const])),
  )
  letters.set(shapes, made)
  return made
}
