import {Bell} from '../../../base/bell.ts'
import {UnreachableError} from '../../../base/errors.ts'
import {type Goal, type Progress, progressOf} from '../../../cluster/progress.ts'
import {parseKey} from '../../../store/keys.ts'
import type {Change} from '../../../store/store.ts'
import type {ApiContext} from '../../context.ts'
import type {Subscription} from '../../live-cluster.ts'

/** What became of a wish, in the words of ctl's exit codes. */
export interface Outcome {
  readonly code: 'done' | 'failed' | 'unplaceable' | 'timeout'
  readonly message: string
  readonly log?: readonly string[]
}

/** Listens for what happens to a unit. Opened before a wish is written, nothing of what follows is missed. */
export class UnitFollower {
  private readonly context: ApiContext
  private readonly bell: Bell
  private readonly subscription: Subscription
  private broken = false

  private constructor(context: ApiContext, bell: Bell, subscription: Subscription) {
    this.context = context
    this.bell = bell
    this.subscription = subscription
    subscription.done
      .catch(() => {})
      .then(() => {
        this.broken = true
        bell.ring()
      })
  }

  static async open(context: ApiContext, unit: string): Promise<UnitFollower> {
    const bell = new Bell()
    const subscription = await context.cluster.subscribe(change => {
      if (touches(change, unit)) bell.ring()
    })
    return new UnitFollower(context, bell, subscription)
  }

  /** Waits until the goal is reached, or cannot be, or the time is over. `revision`: that of the record that it speaks of. */
  async outcome(
    goal: Goal,
    revision: number,
    {until, signal}: {readonly until: number; readonly signal: AbortSignal},
  ): Promise<Outcome> {
    const {cluster, now} = this.context
    await cluster.lookAfter(revision, signal)
    for (;;) {
      const progress = progressOf(this.subscription.view, goal)
      if (progress.status !== 'waiting' || now() >= until || signal.aborted) return outcomeOf(progress)
      await this.bell.wait(signal, until - now())
      if (this.broken)
        throw new UnreachableError('the cluster is read anew; the wish stands', {hint: 'GET the unit to see how it goes on'})
    }
  }

  end(): void {
    this.subscription.end()
  }
}

const codes = {done: 'done', failed: 'failed', refused: 'unplaceable', waiting: 'timeout'} as const

function outcomeOf({status, text, log}: Progress): Outcome {
  return {code: codes[status], message: text, ...(log === undefined ? {} : {log})}
}

function touches({events}: Change, unit: string): boolean {
  return events.some(event => {
    const key = parseKey(event.kind === 'put' ? event.entry.key : event.key)
    return key !== undefined && (!('unit' in key) || key.unit === unit)
  })
}
