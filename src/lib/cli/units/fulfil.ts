import type {ChalkInstance} from 'chalk'
import {CtlError, exitCodes, TimeoutError} from '../../base/errors.ts'
import type {ChangeResult} from '../../cluster/change.ts'
import type {Wish} from '../../cluster/model.ts'
import type {Progress} from '../../cluster/progress.ts'
import {Follower, type GoalProgress} from '../../cluster/wait.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {nearestMisses} from '../plan/nearest-miss.ts'
import {ProgressView} from './progress-view.ts'

export interface FulfilOptions {
  readonly wish: Wish
  readonly block: boolean
  /** Absent: as long as it takes. */
  readonly timeoutSeconds?: number | undefined
  readonly signal: AbortSignal
}

/**
 * Has the wish written by `act` and waits until the cluster has done it, showing how it goes; without `block` says that it
 * was asked for. Throws a CtlError that sums up what did not come true: failed 8, unplaceable 7, not in time 6.
 */
export async function fulfil(store: Store, options: FulfilOptions, act: () => Promise<readonly ChangeResult[]>): Promise<void> {
  const {wish, block, timeoutSeconds, signal} = options
  if (!block) {
    process.stdout.write((await act()).map(({name}) => `Triggered unit ${name} ${wish}\n`).join(''))
    return
  }
  const follower = new Follower(store, signal)
  const chalk = coloursFor(process.stderr)
  const view = new ProgressView({out: process.stdout, err: process.stderr, chalk})
  try {
    const results = await act()
    const patience = timeoutSeconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)])
    const goals = results.map(({name, record}) => ({name, wish, record}))
    const progress = await follower.waitFor(goals, each => view.update(each), patience)
    view.close()
    const refused = [...progress].flatMap(([name, {status}]) => (status === 'refused' ? [name] : []))
    tell(progress, await nearestMisses(store, refused, signal), chalk)
    sumUp(progress, options)
  } finally {
    view.close()
    follower.close()
  }
}

function tell(progress: GoalProgress, nearest: ReadonlyMap<string, string>, chalk: ChalkInstance): void {
  for (const [name, {status, text, log}] of progress) {
    if (status === 'failed')
      process.stderr.write(`${chalk.red(`Unit ${name} ${text}`)}\n${(log ?? []).map(line => `    ${line}\n`).join('')}`)
    if (status !== 'refused') continue
    const near = nearest.get(name)
    process.stderr.write(`${chalk.red(`Unit ${name} cannot be placed: ${text}`)}\n${near === undefined ? '' : `    ${near}\n`}`)
  }
}

function sumUp(progress: GoalProgress, {wish, timeoutSeconds, signal}: FulfilOptions): void {
  const named = (status: Progress['status']) => [...progress].filter(([, each]) => each.status === status).map(([name]) => name)
  const [failed, refused, waiting] = [named('failed'), named('refused'), named('waiting')]
  const of = `of ${progress.size} unit${progress.size === 1 ? '' : 's'}`
  const follow = '`ctl list-units` shows how it goes on'
  if (failed.length > 0)
    throw new CtlError(exitCodes.failed, `${failed.length} ${of} failed: ${some(failed)}`, {hint: '`ctl status UNIT` shows more'})
  if (signal.aborted && waiting.length > 0) {
    throw new TimeoutError(
      `stopped waiting for ${waiting.length} ${of}; the cluster goes on with: ctl ${wish} ${some(waiting)}`,
      {hint: follow},
    )
  }
  if (waiting.length > 0) {
    throw new TimeoutError(
      `${waiting.length} ${of} not done within ${timeoutSeconds} s: ${waiting
        .map(name => `${name} (${progress.get(name)?.text})`)
        .slice(0, 5)
        .join(', ')}`,
      {hint: follow},
    )
  }
  if (refused.length > 0) {
    throw new CtlError(exitCodes.unplaceable, `${refused.length} ${of} cannot be placed: ${some(refused)}`, {
      hint: 'it stays wanted and is placed as soon as a machine fits; `ctl why UNIT` tells more, `ctl unload` takes the wish back',
    })
  }
}

function some(names: readonly string[]): string {
  return names.length <= 5 ? names.join(' ') : `${names.slice(0, 5).join(' ')} and ${names.length - 5} more`
}
