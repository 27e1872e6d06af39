import {stripVTControlCharacters} from 'node:util'
import {Errors} from '@oclif/core'
import {CtlError, exitCodes, messageOf} from '../../base/errors.ts'
import {sourceTrace} from '../../start/source-trace.ts'
import {suggest} from '../suggest.ts'
import {refusedOfFleetctl} from './fleetctl-words.ts'

/** How a command's failure is told: on stderr, with an exit code. */
export interface Failure {
  /** Undefined when there is nothing to say: the command said it all itself. */
  readonly message?: string
  /** What the operator can do next. */
  readonly hint?: string
  readonly exitCode: number
  /** Where it came from, for `--debug`. */
  readonly stack?: string
}

/** What was being run when it failed. */
export interface FailureContext {
  readonly program: string
  /** The command as typed, with spaces; undefined before one was recognised. */
  readonly command?: string | undefined
  /** The flags it has, for suggestions. */
  readonly flags: readonly string[]
}

/** Turns anything that was thrown into what the operator is told. Usage errors of oclif's parser become exit 2. */
export function describeFailure(thrown: unknown, context: FailureContext): Failure {
  const stack = stackOf(thrown)
  if (thrown instanceof CtlError) {
    return {
      message: tidy(thrown.message),
      ...(thrown.hint === undefined ? {} : {hint: thrown.hint}),
      exitCode: thrown.exitCode,
      stack,
    }
  }
  if (thrown instanceof Errors.ExitError) return {exitCode: thrown.oclif.exit ?? exitCodes.bug}
  if (thrown instanceof Errors.CLIError) {
    const message = usageMessage(thrown.message, context.flags)
    return {message, hint: helpCommand(context), exitCode: exitCodes.usage, stack}
  }
  return {
    message: `${tidy(messageOf(thrown))} (this is a bug)`,
    hint: '--debug shows where it happened',
    exitCode: exitCodes.bug,
    stack,
  }
}

/** A failure as text, each line ended: `label` and what happened, what to do next and, when debugging, where it came from. */
export function renderFailure(failure: Failure, label: string, debugging: boolean): string {
  const lines: string[] = []
  if (failure.message !== undefined) lines.push(`${label} ${failure.message}`)
  if (failure.hint !== undefined) lines.push(`hint: ${failure.hint}`)
  if (debugging && failure.stack !== undefined) lines.push(sourceTrace(failure.stack))
  return lines.map(line => `${line}\n`).join('')
}

function helpCommand({program, command}: FailureContext): string {
  return command === undefined ? `${program} help` : `${program} help ${command}`
}

/** oclif's words in ours: unknown flags with what may have been meant, the rest in one line and without its reference to help. */
function usageMessage(said: string, flags: readonly string[]): string {
  const message = tidy(said)
  const unknown = /^Nonexistent flags?: (.+)$/s.exec(message)?.[1]?.split(', ')
  if (unknown === undefined) return inOneLine(message)
  return unknown.map(flag => `unknown flag ${flag}${didYouMean(flag.replace(/=.*/s, ''), flags)}`).join(', ')
}

function inOneLine(message: string): string {
  const line = message
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replace(/^Missing \d+ required args?:\n(\S+).*/s, '$1 is missing')
    .replace(/(--\S+: )Expected /, '$1expected ')
    .replaceAll(/(--[\w-]+)=\S* cannot also be provided when using/g, '$1 cannot stand together with')
  return line.charAt(0).toLowerCase() + line.slice(1)
}

function didYouMean(flag: string, flags: readonly string[]): string {
  const name = flag.startsWith('--') ? flag.slice(2) : ''
  const refused = refusedOfFleetctl.get(name)
  if (refused !== undefined) return ` (it ${refused})`
  const meant = name === '' ? undefined : suggest(name, flags)
  return meant === undefined ? '' : ` (did you mean --${meant}?)`
}

/** Without colours and without what oclif's parser puts around the messages of flag parsers. */
function tidy(message: string): string {
  return stripVTControlCharacters(message)
    .replaceAll(/\n?See more help with --help/g, '')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .trimEnd()
}

/** The stack of what was thrown and of all its causes. */
function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const stack = thrown.stack ?? thrown.message
  return thrown.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(thrown.cause)}`
}
