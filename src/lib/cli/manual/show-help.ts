import {Help, type Interfaces} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import {coloursFor} from '../colours.ts'
import {findCommand, spoken} from '../program/command-line.ts'
import {unknownCommand} from '../program/unknown-command.ts'
import {manualOf} from './manual.ts'
import {type ManualOptions, renderManual, renderOverview} from './text.ts'

/** Prints what `ctl help` says: of all commands, of those of a topic, or of one. Throws UsageError for what is no command. */
export async function showHelp(config: Interfaces.Config, words: readonly string[]): Promise<void> {
  const [first, second] = words
  if (first === undefined) {
    process.stdout.write(renderOverview(manualOf(config.bin, config.commands), manualOptions(config)))
    return
  }
  const {id, ambiguous} = findCommand(first, second, config.commands)
  if (ambiguous !== undefined) throw ambiguousCommand(words.join(' '), ambiguous)
  if (config.findCommand(id) !== undefined) return new Help(config).showHelp([id])
  const ofTopic = config.commands.filter(command => command.id.startsWith(`${id}:`))
  if (ofTopic.length === 0) return unknownCommand(config, id, [])
  process.stdout.write(renderManual(manualOf(config.bin, ofTopic), manualOptions(config)))
}

/** Prints what `ctl help --all` says. */
export function showManual(config: Interfaces.Config): void {
  process.stdout.write(renderManual(manualOf(config.bin, config.commands), manualOptions(config)))
}

/** What to say of the beginning of several commands. */
export function ambiguousCommand(typed: string, candidates: readonly string[]): UsageError {
  return new UsageError(`${typed} is the beginning of several commands: ${candidates.join(', ')}`, {hint: 'write more of it'})
}

/** What to say of a topic without one of its commands. */
export function topicAlone(config: Interfaces.Config, topic: string): UsageError | undefined {
  const commands = config.commands.filter(({id, hidden}) => id.startsWith(`${topic}:`) && hidden !== true)
  if (commands.length === 0) return undefined
  return new UsageError(`${topic}: which command? There are ${commands.map(({id}) => spoken(id)).join(', ')}`, {
    hint: `${config.bin} help ${topic}`,
  })
}

function manualOptions(config: Interfaces.Config): ManualOptions {
  return {
    program: config.bin,
    description: config.pjson.description ?? '',
    width: Math.min(100, process.stdout.columns || 100),
    chalk: coloursFor(process.stdout),
  }
}
