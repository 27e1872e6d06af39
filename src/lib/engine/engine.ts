import {setTimeout as delay} from 'node:timers/promises'
import {Bell} from '../base/bell.ts'
import {messageOf, UnreachableError} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import type {Metrics} from '../base/metrics.ts'
import {encode} from '../cluster/codec.ts'
import {holdSchema, leaderSchema} from '../cluster/model.ts'
import {ClusterView} from '../cluster/view.ts'
import {campaign} from '../store/election.ts'
import {keys} from '../store/keys.ts'
import {openMirror} from '../store/mirror.ts'
import {type ChangeEvent, type Guard, maxWrites, type Session, type Store, type Write} from '../store/store.ts'
import {countDecisions, countKnown, type EngineMetrics, engineMetrics} from './engine-metrics.ts'
import {EngineMind, type MindPlan} from './mind.ts'
import {describeDecision, type EngineDecision, planEvening} from './plan.ts'
import {lossWindow, RecentLosses} from './recent-losses.ts'
import {Touched} from './touched.ts'
import {UnitShelf} from './unit-shelf.ts'
import {batchesOf} from './writes.ts'

export interface EngineOptions {
  readonly store: Store
  /** The machine's session: leadership lives by the same lease. */
  readonly session: Session
  readonly machine: string
  readonly log: Log
  /** Milliseconds of a clock that only grows. */
  readonly monotonic: () => number
  /** Milliseconds since the epoch, for deadlines. */
  readonly now: () => number
  readonly metrics?: Metrics
  /** Who leads where this candidate is elected: this very thread, unless it is given. */
  readonly lead?: Lead
}

/** Leads the cluster until the signal aborts or it is deposed; every write is guarded. */
export type Lead = (leading: {readonly guard: Guard; readonly told: EngineMetrics}, signal: AbortSignal) => Promise<void>

export interface LeadOptions {
  readonly store: Store
  readonly log: Log
  readonly monotonic: () => number
  /** Milliseconds since the epoch, for deadlines. */
  readonly now: () => number
}

/**
 * A candidate for the one engine of the cluster: waits to lead, leads as long as it can, and begins again, until the
 * signal aborts or the session is lost. While it does not lead it knows nothing but the leader key.
 */
export async function runEngine(options: EngineOptions, signal: AbortSignal): Promise<void> {
  const {store, session, machine, log} = options
  const alive = AbortSignal.any([signal, session.lost])
  const told = engineMetrics(options.metrics)
  told.leads(false)
  while (!alive.aborted) {
    const leadership = await campaign(store, session, encode(leaderSchema, {machine}), {signal: alive}).catch(error => {
      if (alive.aborted) return undefined
      throw error
    })
    if (leadership === undefined) return
    log.info('leading the cluster')
    told.leads(true)
    try {
      const lead: Lead = options.lead ?? ((leading, until) => leadHere(options, leading, until))
      await lead({guard: leadership.guard, told}, AbortSignal.any([alive, leadership.lost]))
    } finally {
      if (signal.aborted) await leadership.resign()
      told.leads(false)
      log.info('leading no more')
    }
  }
}

/** Everything is looked over so often, though nothing asks for it. */
const reviewMilliseconds = 300_000
/** The machines' load is evened out by one move in this time. */
const eveningMilliseconds = 60_000
/** So long the reasons of units without a place may be out of date. */
const homelessMilliseconds = 1_000

const longestBreath = 100

/** Only the leader holds the whole cluster. */
const everything = ['']

/** Looks, plans and commits at every change, one pass at a time, each on a view that contains the pass before. */
export async function leadHere(options: LeadOptions, leading: Parameters<Lead>[0], signal: AbortSignal): Promise<void> {
  const {store, log} = options
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const bell = new Bell()
  try {
    const view = new ClusterView()
    const pass = new EnginePass(options, leading, view)
    const mirror = await openMirror(store, everything, {
      signal: until,
      onChange: changes => {
        view.apply(changes)
        pass.touched(changes)
        bell.ring()
      },
    })
    for (const entry of mirror.entries.values()) view.put(entry)
    mirror.done.catch(error => over.abort(error))
    bell.ring()
    while (!until.aborted) {
      await bell.wait(until, pass.restsFor())
      if (until.aborted) break
      const begun = options.monotonic()
      const revision = await pass.run(until)
      if (revision === 'deposed') break
      if (revision !== undefined) await mirror.reached(revision, until)
      // Many changes one after the other are looked at together: never more than half of the time goes into looking.
      await delay(Math.min(options.monotonic() - begun, longestBreath), undefined, {signal: until}).catch(() => {})
    }
  } catch (error) {
    if (!until.aborted && !(error instanceof UnreachableError)) throw error
    if (!signal.aborted) log.warning(`leading is interrupted: ${messageOf(over.signal.reason ?? error)}`)
  } finally {
    over.abort()
  }
}

class EnginePass {
  private readonly options: LeadOptions
  private readonly guard: Guard
  private readonly view: ClusterView
  private readonly mind: EngineMind
  private readonly shelf = new UnitShelf()
  private changes = new Touched()
  /** When everything is to be looked at again, be it touched or not. */
  private reviewAt = Number.POSITIVE_INFINITY
  private wholeTook = 0
  private evenAt = 0
  private readonly losses = new RecentLosses()
  private hasLooked = false
  private readonly reported = new Map<string, string>()
  private readonly told: EngineMetrics

  constructor(options: LeadOptions, {guard, told}: Parameters<Lead>[0], view: ClusterView) {
    this.options = options
    this.guard = guard
    this.view = view
    this.told = told
    this.mind = new EngineMind(view, this.shelf)
    this.changes.everything = true
  }

  /** Notes what has changed in the view. */
  touched(changes: readonly ChangeEvent[]): void {
    this.changes.add(changes)
  }

  /** Milliseconds after which to look again even if nothing happens. */
  restsFor(): number {
    // While it holds, time alone may end that.
    return Math.min(
      this.view.hold === undefined ? Number.POSITIVE_INFINITY : lossWindow,
      this.reviewAt - this.options.monotonic(),
      this.view.clusterSettings.rebalance === true ? this.evenAt - this.options.monotonic() : Number.POSITIVE_INFINITY,
      this.mind.dueAt - this.options.now(),
    )
  }

  /** One pass; the revision that the view must have reached before the next one, undefined where there is none. */
  async run(signal: AbortSignal): Promise<number | 'deposed' | undefined> {
    const {store, log, monotonic} = this.options
    const begun = monotonic()
    this.reportUnreadable()
    const {decisions: planned, hold, whole} = this.plan(begun)
    const decisions = planned.length > 0 ? planned : this.evening(begun)
    for (const decision of decisions) log.info(describeDecision(decision))
    const batches = [...batchesOf(decisions, this.view, maxWrites - 1), ...(whole ? this.holdWrites(hold) : [])]
    let revision: number | undefined
    for (const writes of batches) {
      if (writes.length === 0) continue
      const result = await store.commit([this.guard], writes, {signal})
      if (!result.ok) return 'deposed'
      // Deleting what is gone already changes nothing, and is harmless when it is decided again.
      if (writes.some(({kind}) => kind === 'put')) revision = result.revision
    }
    this.told.passed((monotonic() - begun) / 1000, countDecisions(decisions))
    if (whole) this.told.knows(countKnown(this.view))
    return revision
  }

  /** Goes on from the look before, or looks at everything: where that is needed, when it is time, and while it holds. */
  private plan(now: number): MindPlan {
    const {changes, view, mind} = this
    this.changes = new Touched()
    if (now >= this.reviewAt || view.hold !== undefined) changes.everything = true
    const recentlyLost = this.losses.see(view, now, this.hasLooked ? changes.machines : undefined)
    this.hasLooked = true
    const plan = mind.plan(changes, recentlyLost, this.options.now())
    const took = this.options.monotonic() - now
    // Reasons of units without a place grow old, and what is kept is looked over now and then: at most a fifth of the time.
    if (plan.whole) this.reviewAt = now + Math.max(reviewMilliseconds, 5 * took)
    else if (mind.hasHomeless) this.reviewAt = Math.min(this.reviewAt, now + Math.max(homelessMilliseconds, 5 * this.wholeTook))
    if (plan.whole) this.wholeTook = took
    return plan
  }

  /** A cluster at rest is evened out where that is wanted, a move a minute at most. */
  private evening(now: number): readonly EngineDecision[] {
    if (this.view.clusterSettings.rebalance !== true || now < this.evenAt) return []
    this.evenAt = now + eveningMilliseconds
    return planEvening(this.view, this.shelf, this.options.now())
  }

  /** Tells everyone when the engine holds, and when it goes on. */
  private holdWrites(hold: string | undefined): readonly (readonly Write[])[] {
    if (hold === this.view.hold) return []
    this.options.log.warning(hold === undefined ? 'going on: no longer holding' : `holding: ${hold}`)
    if (hold === undefined) return [[{kind: 'delete', key: keys.hold}]]
    return [[{kind: 'put', key: keys.hold, value: encode(holdSchema, {reason: hold})}]]
  }

  private reportUnreadable(): void {
    for (const [key, problem] of this.view.unreadable) {
      if (this.reported.get(key) === problem) continue
      this.reported.set(key, problem)
      this.options.log.error(`cannot read ${key}: ${problem}`, {effect: 'left as it is; everything else goes on'})
    }
    for (const key of this.reported.keys()) if (!this.view.unreadable.has(key)) this.reported.delete(key)
  }
}
