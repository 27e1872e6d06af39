import {Args, Flags} from '@oclif/core'
import {exitCodes, UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import {wishFor} from '../../cluster/desire.ts'
import type {Wish} from '../../cluster/model.ts'
import {submitUnits} from '../../cluster/submit.ts'
import {refuseIfChanged} from '../../cluster/unchanged-since.ts'
import type {Change} from '../../planning/change.ts'
import type {Store} from '../../store/store.ts'
import {ClusterCommand} from '../cluster-command.ts'
import type {ConnectionFlags} from '../connection.ts'
import {broughtUnits, type Output, showPlan, wishChange} from '../plan/run.ts'
import {fulfil} from './fulfil.ts'
import {knownUnits} from './known-units.ts'
import {refuseTemplates} from './unit-arguments.ts'

export const unitArguments = {
  units: Args.string({description: "units: web@3, web@{1..4}, a path; of known units also globs: 'web@*'"}),
}

/** The flags of every command that changes units and waits for it. */
export const waitFlags = {
  block: Flags.boolean({summary: 'wait until it is done', default: true, allowNo: true}),
  timeout: Flags.string({summary: 'wait no longer than this: 30s, 5min', helpValue: 'TIME'}),
  'block-attempts': Flags.integer({summary: 'fleetctl’s way to say --timeout: rounds of two seconds', hidden: true}),
}

/** The flags of a command that can be looked at before it is done. */
export const carefulFlags = {
  'dry-run': Flags.boolean({summary: 'show what would be done, as `ctl plan` does, and do nothing'}),
  'at-revision': Flags.integer({
    summary: 'refuse if units, machines or places have changed after this revision of a plan',
    helpValue: 'N',
    min: 1,
  }),
}

/** The flags of every command that shows what would be. */
export const planFlags = {
  output: Flags.option({char: 'o', summary: 'how to print', options: ['text', 'json'] as const, default: 'text'})(),
}

export const replaceFlag = {
  replace: Flags.boolean({summary: 'replace the unit file when the one here differs'}),
}

export interface WishFlags extends ConnectionFlags {
  readonly block: boolean
  readonly timeout?: string | undefined
  readonly 'block-attempts'?: number | undefined
  readonly 'dry-run'?: boolean
  readonly 'at-revision'?: number | undefined
}

interface PreviewFlags extends ConnectionFlags {
  readonly replace?: boolean
  readonly output: Output
}

/** A command that wishes something of units and waits until the cluster has done it. */
export abstract class WishCommand extends ClusterCommand {
  protected override readonly writes: boolean = true

  /** Submits what is not known yet, then wishes. */
  protected async bring(
    wish: 'load' | 'start',
    argv: readonly string[],
    flags: WishFlags & {readonly replace: boolean},
  ): Promise<void> {
    if (flags['dry-run']) return this.preview(wish, argv, {...flags, output: 'text'})
    const options = {wish, block: flags.block, timeoutSeconds: timeoutOf(flags)}
    await this.withStore(flags, (store, signal) =>
      fulfil(store, {...options, signal}, async () => {
        await refuseOutdated(store, flags, signal)
        const {names, submissions, warnings} = await broughtUnits(store, needed(argv), {
          verb: verbs[wish],
          replace: flags.replace,
          signal,
        })
        for (const warning of warnings) this.warn(warning)
        const results = await submitUnits(store, submissions, {wish: {to: wish, names}, replace: flags.replace, signal})
        const wished = new Set(names)
        return results.filter(({name}) => wished.has(name))
      }),
    )
  }

  /** Wishes something of units that are known. */
  protected async wish(wish: Exclude<Wish, 'load' | 'start'>, argv: readonly string[], flags: WishFlags): Promise<void> {
    if (flags['dry-run']) return this.preview(wish, argv, {...flags, output: 'text'})
    const options = {wish, block: flags.block, timeoutSeconds: timeoutOf(flags)}
    await this.withStore(flags, (store, signal) =>
      fulfil(store, {...options, signal}, async () => {
        await refuseOutdated(store, flags, signal)
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

  /** Shows what the wish would do. Ends with 7 when a unit would have no place. */
  protected async preview(wish: Wish, argv: readonly string[], flags: PreviewFlags): Promise<void> {
    const code = await this.withStore(flags, async (store, signal) => {
      const change = await this.#changeOf(store, wish, needed(argv), {replace: flags.replace === true, signal})
      return showPlan(store, change, flags.output, signal)
    })
    if (code !== exitCodes.done) this.exit(code)
  }

  async #changeOf(
    store: Store,
    wish: Wish,
    argv: readonly string[],
    {replace, signal}: {readonly replace: boolean; readonly signal: AbortSignal},
  ): Promise<Change> {
    if (wish !== 'start' && wish !== 'load') return wishChange(store, wish, argv, signal)
    const {names, submissions, warnings} = await broughtUnits(store, argv, {verb: verbs[wish], replace, signal})
    for (const warning of warnings) this.warn(warning)
    return {kind: 'wish', wish, units: names, submissions, replace}
  }

  override warn(message: string | Error): string | Error {
    process.stderr.write(`warning: ${message instanceof Error ? message.message : message}\n`)
    return message
  }
}

const verbs = {start: 'started', load: 'loaded'} as const

async function refuseOutdated(store: Store, flags: WishFlags, signal: AbortSignal): Promise<void> {
  const since = flags['at-revision']
  if (since !== undefined) await refuseIfChanged(store, since, signal)
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
