import {styleText} from 'node:util'
import {Config} from '@oclif/core'
import {CtlError, exitCodes, UnreachableError, UsageError} from './lib/base/errors.ts'
import {interruptExitCode, receivedInterrupt, releaseInterrupts, watchInterrupts} from './lib/cli/interrupt.ts'
import {type CommandLine, readCommandLine} from './lib/cli/program/command-line.ts'
import {describeFailure, renderFailure} from './lib/cli/program/failure.ts'
import {oclifOptions, type Program, versionLine} from './lib/cli/program/program.ts'

/**
 * Runs one command line of `ctl` and ends the process with its exit code. Results go to stdout, failures to stderr; when the
 * reader of stdout goes away (`ctl list-units | head -1`) it ends quietly. `root` is the directory of the program's files.
 */
export async function main(program: Program, root: string): Promise<void> {
  const line = readCommandLine(
    process.argv.slice(2),
    program.commands.map(entry => entry.about),
  )
  if (line.debug) process.env.CTL_DEBUG = '1'
  watchInterrupts()
  watchStreams(thrown => fail(thrown, program, line))
  process.once('beforeExit', () => fail(new Error('it waits for what can no longer come'), program, line))
  try {
    await run(program, root, line)
    await end()
  } catch (thrown) {
    await fail(thrown, program, line)
  }
}

async function run(program: Program, root: string, line: CommandLine): Promise<void> {
  if (line.version) return console.log(versionLine(program))
  if (line.id === undefined && line.argv.length > 0 && !line.help) {
    throw new UsageError(`${line.argv.join(' ')}: no command given`, {hint: `${program.name} help`})
  }
  // oclif would look for colours of its own in a file that we know nothing of.
  process.env.CTL_DISABLE_THEME = '1'
  const config = await Config.load(oclifOptions(program, root))
  const known = line.id === undefined ? undefined : config.findCommand(line.id)
  if (known !== undefined && !line.help) return void (await config.runCommand(known.id, [...line.argv], known))
  const {ambiguousCommand, showHelp, topicAlone} = await import('./lib/cli/manual/show-help.ts')
  if (line.id !== undefined && line.ambiguous !== undefined) throw ambiguousCommand(line.id, line.ambiguous)
  if (line.id === undefined || line.help) return showHelp(config, line.id?.split(':') ?? [])
  const alone = topicAlone(config, line.id)
  if (alone !== undefined) throw alone
  const {unknownCommand} = await import('./lib/cli/program/unknown-command.ts')
  await unknownCommand(config, line.id, line.argv)
}

/**
 * Ends the process once its readers have all that was written: a pipe takes 64 KiB at a time, and what is left goes with the process.
 * After ^C nobody is waited for.
 */
async function end(exitCode?: number): Promise<never> {
  releaseInterrupts()
  if (receivedInterrupt() === undefined) for (const stream of [process.stdout, process.stderr]) await written(stream)
  if (exitCode === undefined && failing !== undefined) return await failing
  process.exit(exitCode)
}

/** Resolves when all is written, or cannot be and whoever listens for that has heard it. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => {
    stream.write('', () => setImmediate(resolve))
  })
}

/** Ends when stdout's reader is gone; whatever else goes wrong outside a promise chain is a failure like any other. */
function watchStreams(onFailure: (thrown: unknown) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done)
    onFailure(
      new UnreachableError(`cannot write to stdout: ${error.message}`, {hint: 'what it holds is not whole', cause: error}),
    )
  })
  process.on('uncaughtException', onFailure)
  process.on('unhandledRejection', onFailure)
}

/** The failure that the process ends with: the first one. */
let failing: Promise<never> | undefined

function fail(thrown: unknown, program: Program, line: CommandLine): Promise<never> {
  failing ??= tellAndEnd(thrown, program, line)
  return failing
}

/** After ^C only what the command itself has to say is told, and the exit code is the signal's. */
async function tellAndEnd(thrown: unknown, program: Program, line: CommandLine): Promise<never> {
  const failure = describeFailure(thrown, {
    program: program.name,
    command: line.id?.replaceAll(':', ' '),
    flags: flagsOf(program, line),
  })
  const interrupt = receivedInterrupt()
  if (interrupt === undefined || thrown instanceof CtlError) {
    const label = styleText('red', `${program.name}:`, {stream: process.stderr})
    process.stderr.write(renderFailure(failure, label, isDebugging()))
  }
  return end(interrupt === undefined ? failure.exitCode : interruptExitCode(interrupt))
}

function flagsOf(program: Program, line: CommandLine): readonly string[] {
  return Object.keys(program.commands.find(({about}) => about.id === line.id)?.about.flags ?? {})
}

function isDebugging(): boolean {
  const asked = process.env.CTL_DEBUG
  return asked !== undefined && asked !== '' && asked !== '0'
}
