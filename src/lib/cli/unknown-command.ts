import type {Interfaces} from '@oclif/core'
import {UsageError} from '../base/errors.ts'
import {suggest} from './suggest.ts'

/**
 * Answers a command that does not exist. On a terminal it asks whether the nearest one was meant, and runs that; otherwise, and
 * when that is declined, throws UsageError with the nearest one and where to look.
 */
export async function unknownCommand(config: Interfaces.Config, id: string, argv: readonly string[]): Promise<void> {
  const meant = suggest(id, visibleCommands(config))
  const question = meant === undefined ? '' : `, did you mean ${meant}?`
  const refusal = new UsageError(`${id || "''"} is not a ${config.bin} command${question}`, {hint: `${config.bin} help`})
  if (meant === undefined || !process.stdin.isTTY || !process.stderr.isTTY) throw refusal
  const {default: askForNearest} = await import('@oclif/plugin-not-found')
  const context = hookContext(config, refusal)
  await askForNearest.call(context, {id, argv: [...argv], config, context})
}

/** The plugin refuses by `error`; its words and exit code give way to ours. */
function hookContext(config: Interfaces.Config, refusal: UsageError): Interfaces.Hook.Context {
  return {
    config,
    debug: () => {},
    error: () => {
      throw refusal
    },
    exit: () => {
      throw refusal
    },
    log: () => {},
    warn: message => process.stderr.write(`${message}\n`),
  }
}

function visibleCommands(config: Interfaces.Config): readonly string[] {
  return config.commands.filter(command => !command.hidden && !command.id.includes(':')).map(command => command.id)
}
