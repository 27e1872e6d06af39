import type {Command} from '@oclif/core'
import {spoken} from '../program/command-line.ts'
import {compareInGroup, groupNames, groupOf} from './groups.ts'

/** All that a manual says of the commands, in the order of their groups: taken from what the commands say of themselves. */
export interface Manual {
  readonly groups: readonly {readonly name: string; readonly commands: readonly ManualCommand[]}[]
  /** Flags that every command on a cluster has. */
  readonly globalFlags: readonly ManualFlag[]
}

export interface ManualCommand {
  /** As typed: `context use`. */
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** What there is to say beyond the summary; empty for nothing. */
  readonly description: string
  readonly args: readonly {readonly name: string; readonly description: string}[]
  readonly flags: readonly ManualFlag[]
  readonly examples: readonly string[]
}

export interface ManualFlag {
  /** `-o, --output FORMAT`. */
  readonly usage: string
  readonly description: string
}

/** What is known of the commands, without those that are hidden. */
export function manualOf(program: string, commands: readonly Command.Cached[]): Manual {
  const visible = commands.filter(command => command.hidden !== true).sort((a, b) => compareInGroup(a.id, b.id))
  const globalFlags = new Map<string, ManualFlag>()
  const groups = groupNames.map(name => ({
    name,
    commands: visible.filter(({id}) => groupOf(id) === name).map(command => commandOf(program, command)),
  }))
  for (const {flags} of visible)
    for (const flag of shownFlags(flags)) if (isGlobal(flag)) globalFlags.set(flag.name, flagOf(flag))
  return {
    groups: groups.filter(group => group.commands.length > 0),
    globalFlags: [...globalFlags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, flag]) => flag),
  }
}

function commandOf(program: string, command: Command.Cached): ManualCommand {
  const args = Object.values(command.args).filter(arg => arg.hidden !== true)
  const many = command.strict === false ? '…' : ''
  const words = args.map(({name, required}) => {
    const word = `${name.toUpperCase()}${many}`
    return required === true || many !== '' ? word : `[${word}]`
  })
  const flags = shownFlags(command.flags).filter(flag => !isGlobal(flag))
  return {
    name: spoken(command.id),
    usage: [program, spoken(command.id), ...words, ...(flags.length > 0 ? ['[FLAGS]'] : [])].join(' '),
    summary: command.summary ?? '',
    description: oneParagraph(command.description ?? ''),
    args: args.map(({name, description}) => ({name: name.toUpperCase(), description: oneParagraph(description ?? '')})),
    flags: flags.map(flagOf),
    examples: (command.examples ?? []).map(example => (typeof example === 'string' ? example : example.command)),
  }
}

type Flag = Command.Flag.Cached

function shownFlags(flags: Record<string, Flag>): readonly Flag[] {
  return Object.values(flags)
    .filter(flag => flag.hidden !== true)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function isGlobal({helpGroup}: Flag): boolean {
  return helpGroup === 'GLOBAL'
}

function flagOf(flag: Flag): ManualFlag {
  const name = flag.type === 'boolean' && flag.allowNo ? `--[no-]${flag.name}` : `--${flag.name}`
  const value = flag.type === 'option' ? ` ${flag.options?.join('|') ?? flag.helpValue ?? flag.name.toUpperCase()}` : ''
  const notes = [
    ...(flag.type === 'option' && typeof flag.default === 'string' && flag.default !== '' ? [`default: ${flag.default}`] : []),
    ...(flag.env === undefined ? [] : [`environment: ${flag.env}`]),
  ]
  const said = [flag.summary, flag.description].filter(text => text !== undefined && text !== '').join('. ')
  return {
    usage: `${flag.char === undefined ? '' : `-${flag.char}, `}${name}${value}`,
    description: oneParagraph(`${said}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`),
  }
}

function oneParagraph(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
