import type {Command} from '@oclif/core'
import {refusedOfFleetctl, spellOut} from './fleetctl-words.ts'

/** What was typed after `ctl`, sorted out: the command's id (none: help is wanted) and what belongs to it. */
export interface CommandLine {
  readonly id: string | undefined
  readonly argv: readonly string[]
  readonly help: boolean
  readonly version: boolean
  readonly debug: boolean
  /** The commands that what was typed may begin, where it is none and they are several. */
  readonly ambiguous?: readonly string[]
}

type Known = Pick<Command.Cached, 'id' | 'flags'> & {readonly hidden?: boolean | undefined}

/**
 * Reads a command line. Flags may stand before the command, as fleetctl and etcdctl have it, and then go to the command.
 * `--help`, `-h` and `--debug` count anywhere before `--`; `--version` and `-v` only as the first word. A command of two
 * words is recognised when both together are one (`context use`), and each word by its beginning, as fleetctl does, where only
 * one command begins so. fleetctl's ways to write flags are understood. What `ssh` and `exec` are to run elsewhere is left as it
 * is.
 */
export function readCommandLine(words: readonly string[], commands: readonly Known[]): CommandLine {
  const {own, rest} = partWords(words, commands)
  const help = own.some(word => word === '--help' || word === '-h')
  const debug = own.includes('--debug')
  const version = own[0] === '--version' || own[0] === '-v'
  const kept = own.filter(word => word !== '--help' && word !== '-h' && word !== '--debug')
  const start = commandIndex(kept, commands)
  const first = kept[start]
  if (first === undefined) return {id: undefined, argv: [...kept, ...rest], help, version, debug}
  const {id, length, ambiguous} = findCommand(first, kept[start + 1], commands)
  const argv = [...kept.slice(0, start), ...kept.slice(start + length), ...rest]
  return {id, argv, help, version, debug, ...(ambiguous === undefined ? {} : {ambiguous})}
}

/** A command that words begin with: how many of them name it. What is no command is its own id. */
export interface FoundCommand {
  readonly id: string
  readonly length: 1 | 2
  readonly ambiguous?: readonly string[]
}

/** The command that one word or two name, written out or by a beginning that only one visible command has. */
export function findCommand(first: string, second: string | undefined, commands: readonly Known[]): FoundCommand {
  if (first === '') return {id: first, length: 1}
  const exact = (id: string) => commands.some(command => command.id === id)
  if (second !== undefined && exact(`${first}:${second}`)) return {id: `${first}:${second}`, length: 2}
  const topics = commands.filter(({id}) => id.startsWith(`${first}:`))
  if (exact(first) && topics.length === 0) return {id: first, length: 1}
  const visible = commands.filter(command => command.hidden !== true).map(({id}) => id)
  if (topics.length === 0) {
    const begun = [...new Set(visible.map(id => id.split(':')[0] ?? id))].filter(word => word.startsWith(first))
    const [only] = begun
    if (only === undefined || begun.length > 1) return {id: first, length: 1, ...(only === undefined ? {} : {ambiguous: begun})}
    return findCommand(only, second, commands)
  }
  const begun = exact(first) || !second ? [] : visible.filter(id => id.startsWith(`${first}:${second}`))
  const [only] = begun
  if (only !== undefined && begun.length === 1) return {id: only, length: 2}
  return {id: first, length: 1, ...(only === undefined ? {} : {ambiguous: begun.map(spoken)})}
}

/** A command as it is typed: `context use` for `context:use`. */
export function spoken(id: string): string {
  return id.replaceAll(':', ' ')
}

interface PartedWords {
  /** In ctl's own words. */
  readonly own: readonly string[]
  /** As they were typed: what stands behind `--`, and what another program is to read. */
  readonly rest: readonly string[]
}

function partWords(words: readonly string[], commands: readonly Known[]): PartedWords {
  const end = endOfOwn(words)
  const flags = new Map(commands.flatMap(command => Object.entries(command.flags)))
  const spell = (id?: string) => spellOut(words.slice(0, end), flags, id)
  const first = spell().map(({word}) => word)
  const spelled = spell(findCommand(first[commandIndex(first, commands)] ?? '', undefined, commands).id)
  const own = spelled.map(({word}) => word)
  const foreign = startOfForeign(own, commands)
  return {own: own.slice(0, foreign), rest: words.slice(spelled[foreign]?.at ?? end)}
}

function endOfOwn(words: readonly string[]): number {
  const dashes = words.indexOf('--')
  return dashes < 0 ? words.length : dashes
}

/** Commands that run another program's command line: all behind their target, which may also be named by a flag. */
const runElsewhere = ['ssh', 'exec']

/** Where the words begin that another program is to read. */
function startOfForeign(words: readonly string[], commands: readonly Known[]): number {
  const start = commandIndex(words, commands)
  const {id} = findCommand(words[start] ?? '', undefined, commands)
  if (!runElsewhere.includes(id)) return words.length
  let targets = 0
  for (let index = start + 1; index < words.length; index++) {
    const word = words[index] ?? ''
    if (!word.startsWith('-')) {
      if (targets > 0) return index
      targets++
      continue
    }
    if (id === 'ssh' && /^(--(machine|unit)(=|$)|-[mu])/.test(word)) targets++
    if (takesNextWord(word, commands)) index++
  }
  return words.length
}

/** Where the first word stands that is neither a flag nor the value of one. */
export function commandIndex(words: readonly string[], commands: readonly Known[]): number {
  let index = 0
  for (let word = words[index]; word?.startsWith('-'); word = words[index]) index += takesNextWord(word, commands) ? 2 : 1
  return index
}

function takesNextWord(word: string, commands: readonly Known[]): boolean {
  if (word.includes('=')) return false
  if (word.startsWith('--') && refusedOfFleetctl.has(word.slice(2))) return true
  return commands.some(({flags}) =>
    Object.entries(flags).some(([name, flag]) => flag.type === 'option' && (word === `--${name}` || word === `-${flag.char}`)),
  )
}
