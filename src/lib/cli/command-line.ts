import type {Command} from '@oclif/core'

/** What was typed after `ctl`, sorted out: the command's id (none: help is wanted) and what belongs to it. */
export interface CommandLine {
  readonly id: string | undefined
  readonly argv: readonly string[]
  readonly help: boolean
  readonly version: boolean
  readonly debug: boolean
}

type Known = Pick<Command.Cached, 'id' | 'flags'>

/**
 * Reads a command line. Flags may stand before the command, as fleetctl and etcdctl have it, and then go to the command.
 * `--help`, `-h` and `--debug` count anywhere before `--`; `--version` and `-v` only as the first word. A command of two
 * words is recognised when both together are one (`autocomplete script`).
 */
export function readCommandLine(words: readonly string[], commands: readonly Known[]): CommandLine {
  const {own, rest} = splitAtDashes(words)
  const help = own.some(word => word === '--help' || word === '-h')
  const debug = own.includes('--debug')
  const version = words[0] === '--version' || words[0] === '-v'
  const kept = own.filter(word => word !== '--help' && word !== '-h' && word !== '--debug')
  const start = commandIndex(kept, commands)
  const first = kept[start]
  if (first === undefined) return {id: undefined, argv: [...kept, ...rest], help, version, debug}
  const second = kept[start + 1]
  const both = `${first}:${second}`
  const length = commands.some(command => command.id === both) ? 2 : 1
  const id = length === 2 ? both : first
  return {id, argv: [...kept.slice(0, start), ...kept.slice(start + length), ...rest], help, version, debug}
}

function splitAtDashes(words: readonly string[]): {readonly own: readonly string[]; readonly rest: readonly string[]} {
  const dashes = words.indexOf('--')
  return dashes < 0 ? {own: words, rest: []} : {own: words.slice(0, dashes), rest: words.slice(dashes)}
}

/** Where the first word stands that is neither a flag nor the value of one. */
function commandIndex(words: readonly string[], commands: readonly Known[]): number {
  let index = 0
  for (let word = words[index]; word?.startsWith('-'); word = words[index]) index += takesNextWord(word, commands) ? 2 : 1
  return index
}

function takesNextWord(word: string, commands: readonly Known[]): boolean {
  if (word.includes('=')) return false
  return commands.some(({flags}) =>
    Object.entries(flags).some(([name, flag]) => flag.type === 'option' && (word === `--${name}` || word === `-${flag.char}`)),
  )
}
