import {Args, Flags} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import type {Span} from '../../journal/source.ts'
import {type SshFlags, sshFlags} from '../ssh/flags.ts'
import {parseMoment} from './time.ts'

export const journalArguments = {
  units: Args.string({description: "known units: web@3, web@{1..4}, 'web@*'"}),
}

export const journalFlags = {
  ...sshFlags,
  lines: Flags.string({
    char: 'n',
    summary: 'how many of the last lines of each unit (default: 20, with --since all)',
    helpValue: 'N|all',
  }),
  follow: Flags.boolean({char: 'f', summary: 'stay, and show what comes; also where a unit moves to'}),
  since: Flags.string({summary: 'nothing older: 5min, "2026-11-21 10:00"', helpValue: 'TIME'}),
  until: Flags.string({summary: 'nothing newer', helpValue: 'TIME', exclusive: ['follow']}),
  output: Flags.option({
    char: 'o',
    summary: 'short: with times; cat: the lines alone; json: an object a line',
    options: ['short', 'cat', 'json'] as const,
    default: 'short',
  })(),
  'no-prefix': Flags.boolean({summary: 'do not say of each line whose it is; --prefix always says it'}),
  'with-prefix': Flags.boolean({summary: 'what --prefix becomes', hidden: true, exclusive: ['no-prefix']}),
  machine: Flags.string({char: 'm', summary: 'only what is on this machine', helpValue: 'MACHINE'}),
  sudo: Flags.boolean({summary: 'run journalctl by sudo', hidden: true}),
}

/** What is written as `--prefix` is that of the lines, not of the keys in etcd. */
export const journalNames = {'--prefix': '--with-prefix'}

/** As the parser yields them. */
export interface JournalFlags extends SshFlags {
  readonly lines?: string | undefined
  readonly follow: boolean
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly output: 'short' | 'cat' | 'json'
  readonly 'no-prefix'?: boolean | undefined
  readonly 'with-prefix'?: boolean | undefined
  readonly machine?: string | undefined
  readonly sudo: boolean
}

/** Which lines of the past the flags ask for. `now` in milliseconds since the epoch. Throws UsageError. */
export function spanOf({lines, since, until}: Pick<JournalFlags, 'lines' | 'since' | 'until'>, now: number): Span {
  const span = {
    lines: countOf(lines, since === undefined ? 20 : Number.POSITIVE_INFINITY),
    ...(since === undefined ? {} : {since: parseMoment('since', since, now)}),
    ...(until === undefined ? {} : {until: parseMoment('until', until, now)}),
  }
  if (span.since !== undefined && span.until !== undefined && span.since > span.until)
    throw new UsageError('--since is later than --until', {hint: 'exchange them'})
  return span
}

function countOf(lines: string | undefined, otherwise: number): number {
  if (lines === undefined) return otherwise
  if (lines === 'all') return Number.POSITIVE_INFINITY
  if (/^\d{1,9}$/.test(lines)) return Number(lines)
  throw new UsageError(`--lines: ${JSON.stringify(lines)} is no number`, {hint: 'write a number, or all'})
}
