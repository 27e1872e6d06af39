import {Args, Flags} from '@oclif/core'
import {UsageError} from '../base/errors.ts'
import {parseTimeSpan} from '../base/time-span.ts'
import {wishFor} from '../cluster/desire.ts'
import type {Wish} from '../cluster/model.ts'
import {submitUnits} from '../cluster/submit.ts'
import {ClusterCommand} from './cluster-command.ts'
import type {ConnectionFlags} from './connection.ts'
import {fulfil} from './fulfil.ts'
import {isGlob, knownUnits} from './known-units.ts'
import {gatherUnits, readArguments, refuseTemplates} from './unit-arguments.ts'

export const unitArguments = {
  units: Args.string({description: "units: web@3, web@{1..4}, a path; of known units also globs: 'web@*'"}),
}

/** The flags of every command that changes units and waits for it. */
export const waitFlags = {
  block: Flags.boolean({summary: 'wait until it is done', default: true, allowNo: true}),
  timeout: Flags.string({summary: 'wait no longer than this: 30s, 5min', helpValue: 'TIME'}),
  'block-attempts': Flags.integer({summary: 'fleetctl’s way to say --timeout: rounds of two seconds', hidden: true}),
}

export const replaceFlag = {
  replace: Flags.boolean({summary: 'replace the unit file when the one here differs'}),
}

export interface WishFlags extends ConnectionFlags {
  readonly block: boolean
  readonly timeout?: string | undefined
  readonly 'block-attempts'?: number | undefined
}

/** A command that wishes something of units and waits until the cluster has done it. */
export abstract class WishCommand extends ClusterCommand {
  protected override readonly writes = true

  /** Submits what is not known yet, then wishes. */
  protected async bring(
    wish: 'load' | 'start',
    argv: readonly string[],
    flags: WishFlags & {readonly replace: boolean},
  ): Promise<void> {
    const options = {wish, block: flags.block, timeoutSeconds: timeoutOf(flags)}
    await this.withStore(flags, (store, signal) =>
      fulfil(store, {...options, signal}, async () => {
        const named = needed(argv).map(async arg => (isGlob(arg) ? knownUnits(store, [arg], signal) : [arg]))
        const args = await readArguments((await Promise.all(named)).flat())
        refuseTemplates(args, wish === 'load' ? 'loaded' : 'started')
        const {names, submissions, warnings} = await gatherUnits(store, args, {replace: flags.replace, signal})
        for (const warning of warnings) this.warn(warning)
        const results = await submitUnits(store, submissions, {wish: {to: wish, names}, replace: flags.replace, signal})
        const wished = new Set(names)
        return results.filter(({name}) => wished.has(name))
      }),
    )
  }

  /** Wishes something of units that are known. */
  protected async wish(wish: Exclude<Wish, 'load' | 'start'>, argv: readonly string[], flags: WishFlags): Promise<void> {
    const options = {wish, block: flags.block, timeoutSeconds: timeoutOf(flags)}
    await this.withStore(flags, (store, signal) =>
      fulfil(store, {...options, signal}, async () => {
        const names = await knownUnits(store, needed(argv), signal)
        if (wish === 'restart')
          refuseTemplates(
            names.map(name => ({name})),
            'restarted',
          )
        return wishFor(store, names, wish, signal)
      }),
    )
  }

  override warn(message: string | Error): string | Error {
    process.stderr.write(`warning: ${message instanceof Error ? message.message : message}\n`)
    return message
  }
}

/** The arguments of a command that needs at least one unit. */
export function needed(argv: readonly string[]): readonly string[] {
  if (argv.length > 0) return argv
  throw new UsageError('no unit given', {hint: 'name one or several: web@1, web@{1..4}, units/web@.service'})
}

/** The seconds that the flags allow; undefined for as long as it takes. Throws UsageError for what is no time. */
export function timeoutOf(flags: Pick<WishFlags, 'timeout' | 'block-attempts'>): number | undefined {
  if (flags.timeout !== undefined) {
    const seconds = parseTimeSpan(flags.timeout)
    if (seconds === undefined)
      throw new UsageError(`--timeout: ${JSON.stringify(flags.timeout)} is no time`, {hint: 'write it as 30s or 5min'})
    return seconds === 0 || seconds === Number.POSITIVE_INFINITY ? undefined : seconds
  }
  const rounds = flags['block-attempts'] ?? 0
  return rounds > 0 ? rounds * 2 : undefined
}
