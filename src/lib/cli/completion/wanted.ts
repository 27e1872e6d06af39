import type {Command} from '@oclif/core'
import {findCommand} from '../program/command-line.ts'
import {argumentKinds, type Kind, valueKinds} from './kinds.ts'

type Known = Pick<Command.Cached, 'id' | 'flags' | 'args' | 'summary' | 'hidden'>

/** A word that may stand where one is being typed. */
export interface Candidate {
  readonly word: string
  /** What it is, for shells that show that. */
  readonly about?: string | undefined
}

/** What can stand where a word is being typed: words that are known here, or kinds of things that have to be looked up. */
export interface Wanted {
  readonly candidates: readonly Candidate[]
  readonly kinds: readonly Kind[]
  /** What of the typed word stays as it is: `--machine=`, `unit,` of `unit,act`. */
  readonly lead: string
  /** The command that is being typed, for kinds that depend on it. */
  readonly command: string | undefined
}

const nothing: Wanted = {candidates: [], kinds: [], lead: '', command: undefined}

/** What is wanted after these words of a command line, the program's name not among them. Pure: looks nothing up. */
export function wantedAfter(before: readonly string[], word: string, commands: readonly Known[]): Wanted {
  const {command, operands, flagBefore, onlyOperands, topic} = readBefore(before, commands)
  if (flagBefore !== undefined) return valueWanted(flagBefore, word, command)
  if (word.startsWith('-') && !onlyOperands) return flagWanted(word, command, commands)
  if (command === undefined) return {...nothing, candidates: commandWords(topic, commands)}
  const topics = operands === 0 ? commandWords(command.id, commands) : []
  const options = Object.values(command.args)[0]?.options
  if (options !== undefined) return {...nothing, candidates: options.map(option => ({word: option})), command: command.id}
  const {kinds, most} = argumentKinds(command.id)
  if (operands >= most) return {...nothing, candidates: topics, command: command.id}
  const named = kinds.includes('command') ? commandWords(undefined, commands) : []
  return {candidates: [...topics, ...named], kinds, lead: '', command: command.id}
}

interface Before {
  readonly command: Known | undefined
  /** A first word that is no command but begins some: `context`. */
  readonly topic: string | undefined
  readonly operands: number
  /** The flag whose value comes now. */
  readonly flagBefore: Command.Flag.Cached | undefined
  readonly onlyOperands: boolean
}

/** Reads the words before: flags may stand before the command, then and only then those of any command count. */
function readBefore(before: readonly string[], commands: readonly Known[]): Before {
  let command: Known | undefined
  let topic: string | undefined
  let operands = 0
  let onlyOperands = false
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? ''
    if (word === '--') onlyOperands = true
    else if (word.startsWith('-') && !onlyOperands) {
      const flag = word.includes('=') ? undefined : flagNamed(word, command, commands)
      if (flag?.type !== 'option') continue
      if (at === before.length - 1) return {command, topic, operands, flagBefore: flag, onlyOperands}
      at++
    } else if (command === undefined) {
      const found = findCommand(word, before[at + 1], commands)
      command = commands.find(({id}) => id === found.id)
      if (command === undefined) topic = topic === undefined ? word : undefined
      at += found.length - 1
    } else operands++
  }
  return {command, topic, operands, flagBefore: undefined, onlyOperands}
}

function flagNamed(word: string, command: Known | undefined, commands: readonly Known[]): Command.Flag.Cached | undefined {
  for (const {flags} of command === undefined ? commands : [command]) {
    const flag = Object.values(flags).find(({name, char}) => word === `--${name}` || word === `-${char}`)
    if (flag !== undefined) return flag
  }
  return undefined
}

function flagWanted(word: string, command: Known | undefined, commands: readonly Known[]): Wanted {
  const equals = word.indexOf('=')
  if (equals >= 0) {
    const flag = flagNamed(word.slice(0, equals), command, commands)
    const value = flag === undefined ? nothing : valueWanted(flag, word.slice(equals + 1), command)
    return {...value, lead: word.slice(0, equals + 1) + value.lead}
  }
  const flags = command === undefined ? globalFlags(commands) : Object.values(command.flags)
  const candidates = flags
    .filter(({hidden}) => hidden !== true)
    .flatMap((flag): readonly Candidate[] => {
      const about = flag.summary ?? flag.description
      const negated = flag.type === 'boolean' && flag.allowNo ? [{word: `--no-${flag.name}`, about: `do not ${about ?? ''}`}] : []
      return [{word: `--${flag.name}`, about}, ...negated]
    })
  const both = [...candidates, {word: '--help', about: 'what it does'}, {word: '--debug', about: 'say where an error came from'}]
  return {...nothing, candidates: both.sort((a, b) => (a.word < b.word ? -1 : 1)), command: command?.id}
}

function globalFlags(commands: readonly Known[]): readonly Command.Flag.Cached[] {
  const flags = commands.flatMap(command => Object.values(command.flags)).filter(({helpGroup}) => helpGroup === 'GLOBAL')
  return [...new Map(flags.map(flag => [flag.name, flag])).values()]
}

/** The values of a flag; of those that take several parted by commas, the one after the last comma. */
function valueWanted(flag: Command.Flag.Cached, word: string, command: Known | undefined): Wanted {
  if (flag.type !== 'option') return nothing
  if (flag.options !== undefined)
    return {...nothing, candidates: flag.options.map(option => ({word: option})), command: command?.id}
  const {kinds, severally} = valueKinds(flag)
  return {...nothing, kinds, lead: severally ? word.slice(0, word.lastIndexOf(',') + 1) : '', command: command?.id}
}

/** The words that commands begin with, or their second words. */
function commandWords(topic: string | undefined, commands: readonly Known[]): readonly Candidate[] {
  const words = new Map<string, string | undefined>()
  for (const {id, summary, hidden} of commands) {
    const [first = '', second] = id.split(':')
    if (hidden === true) continue
    if (topic === undefined) words.set(first, second === undefined ? summary : (words.get(first) ?? undefined))
    else if (first === topic && second !== undefined) words.set(second, summary)
  }
  return [...words].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, about]) => ({word, about}))
}
