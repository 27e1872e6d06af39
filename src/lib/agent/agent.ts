import {setTimeout as delay} from 'node:timers/promises'
import {Bell} from '../base/bell.ts'
import {CtlError, messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import type {UnitState} from '../cluster/model.ts'
import {ClusterView} from '../cluster/view.ts'
import {type Driver, type Run, StepError} from '../drivers/driver.ts'
import {statesOf} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import type {DecisionLog} from './decision-log.ts'
import {executorsOf} from './executors.ts'
import type {ThisHost} from './host.ts'
import type {Membership, Standing} from './membership.ts'
import {Memories} from './memories.ts'
import {type Ordered, Orders} from './orders.ts'
import {planAgent} from './plan.ts'
import {datedState, reportUnit, reportUnreadable} from './report.ts'
import {Reporter} from './reporter.ts'
import type {Situation} from './situation.ts'
import type {UnitPlan} from './step.ts'
import {describeStep, type Step, unitOf} from './step.ts'
import {quietMilliseconds, type Under} from './telling.ts'
import {type Doing, stillWanted, Workshop} from './workshop.ts'

export interface AgentOptions {
  readonly store: Store
  readonly driver: Driver
  readonly membership: Membership
  readonly machine: string
  readonly host: ThisHost
  readonly decisions: DecisionLog
  readonly log: Log
  readonly now: () => number
  /** Milliseconds of a monotonic clock, for the lease's deadline. */
  readonly monotonic: () => number
  /** Milliseconds before the lease's end at which the machine counts as cut off. */
  readonly margin: number
}

/**
 * Makes what runs on this machine follow from what is assigned to it: observe → plan → perform → report, woken by
 * assignments, by the driver and by time, one round at a time.
 */
export class Agent {
  private readonly options: AgentOptions
  private readonly bell = new Bell()
  private readonly orders: Orders
  private readonly memories = new Memories()
  private readonly departure = Promise.withResolvers<void>()
  /** Units of which a step failed that is not counted as a start: when to try again. */
  private readonly pauses = new Map<string, number>()
  /** The registration since which the orders were looked at. */
  private ordersSince: Standing | undefined
  private goingAway: 'drain' | 'leave' | undefined

  constructor(options: AgentOptions) {
    this.options = options
    this.orders = new Orders({...options, changed: () => this.bell.ring()})
  }

  /** Wakes the agent: something it cannot see by itself has changed. */
  wake(): void {
    this.bell.ring()
  }

  /** From now on nothing is wanted here: units run on until they are assigned elsewhere (drain), or stop at once (leave). */
  goAway(how: 'drain' | 'leave'): void {
    this.goingAway = how
    this.bell.ring()
  }

  /** Resolves once the agent is to go away, nothing of ours is here and nothing is under way. */
  get left(): Promise<void> {
    return this.departure.promise
  }

  /** Works until the signal aborts; what runs then runs on. Steps under way are given up or ended by then. */
  async run(signal: AbortSignal): Promise<void> {
    const {driver, log, now, monotonic} = this.options
    const reporter = await this.openReporter(signal)
    const workshop = this.openWorkshop(signal)
    const watching = driver
      .watch(() => this.bell.ring(), signal)
      .catch(error => {
        if (!signal.aborted) log.error(`cannot watch ${driver.kinds.join(' and ')}: ${messageOf(error)}`)
      })
    let wakeAt: number | undefined = now()
    let trouble: string | undefined
    while (!signal.aborted) {
      await this.bell.wait(signal, wakeAt === undefined ? undefined : wakeAt - now())
      await nextTurn()
      if (signal.aborted) break
      try {
        const begun = monotonic()
        wakeAt = await this.round(reporter, workshop, signal)
        // Many changes one after the other are looked at together: never more than half of the time goes into looking.
        await delay(Math.min(monotonic() - begun, longestBreath), undefined, {signal}).catch(() => {})
        if (trouble !== undefined) log.info('going on')
        trouble = undefined
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof CtlError)) throw error
        if (trouble !== messageOf(error)) log.warning(messageOf(error), {effect: 'what runs goes on; trying again'})
        trouble = messageOf(error)
        wakeAt = now() + retryMilliseconds
      }
    }
    await Promise.all([workshop.settled(), watching])
    await reporter.settled()
    await this.options.decisions.settled()
  }

  /** One look, plan, act and report; when to look again even if nothing happens. */
  private async round(reporter: Reporter, workshop: Workshop, signal: AbortSignal): Promise<number | undefined> {
    const {driver, membership, host} = this.options
    const standing = membership.standing
    if (standing !== undefined && standing !== this.ordersSince) {
      await this.orders.refresh(signal)
      this.ordersSince = standing
    }
    // As long as it is not known what is wanted, nothing is taken for unwanted.
    if (this.ordersSince === undefined && this.goingAway !== 'leave') return undefined
    const ordered = this.goingAway === 'leave' ? nothingOrdered : await this.orders.read(signal)
    const busy = [...workshop.busyUnits()]
    const runs = await driver.observe(signal)
    this.recall(ordered, runs, reporter)
    // What ended during the look may be missing in it: such a unit waits for the next one, which the end has rung for.
    const unclear = busy.filter(unit => workshop.doing(unit) === undefined)
    const leaseLeft = membership.leaseLeft(this.options.monotonic())
    const situation: Situation = {
      ...ordered,
      frozen: new Set([...ordered.frozen, ...unclear]),
      runs,
      memories: this.memories.all,
      now: this.options.now(),
      bootedAt: host.bootedAt,
      disconnected: leaseLeft <= this.options.margin,
      graceLeft: Math.max(0, Math.floor((leaseLeft - killMilliseconds) / 1000)),
    }
    const plans = planAgent(situation)
    const times = this.act(situation, plans, workshop)
    if (ordered.incomplete) times.push(situation.now + incompleteMilliseconds)
    times.push(...this.report(situation, ordered, {reporter, workshop, standing}, signal))
    const emptied = this.goingAway === 'leave' || (this.goingAway === 'drain' && ordered.wanted.size + ordered.frozen.size === 0)
    if (emptied && busy.length === 0 && !workshop.busy && runs.length === 0) this.departure.resolve()
    if ([...ordered.wanted.values()].some(({unit}) => unit.placement.onDisconnect === 'stop')) times.push(...this.nextDeadline())
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Begins what is planned for the units that have nothing under way, and gives up what is not wanted any more. */
  private act({now}: Situation, plans: ReadonlyMap<string, UnitPlan>, workshop: Workshop): number[] {
    const times: number[] = []
    for (const unit of workshop.busyUnits()) {
      const doing = workshop.doing(unit)
      if (doing !== undefined && !stillWanted(doing, plans.get(unit)?.steps)) workshop.cancel(unit)
    }
    for (const [unit, {steps, wakeAt}] of plans) {
      if (wakeAt !== undefined) times.push(wakeAt)
      const pause = this.pauses.get(unit) ?? 0
      if (pause > now) times.push(pause)
      else workshop.begin(unit, steps, now)
    }
    return times
  }

  private report(
    situation: Situation,
    ordered: Ordered,
    {reporter, workshop, standing}: {reporter: Reporter; workshop: Workshop; standing: Standing | undefined},
    signal: AbortSignal,
  ): readonly number[] {
    const {machine} = this.options
    const {now, runs} = situation
    const times: number[] = []
    const states = new Map<string, UnitState>()
    const runningUnits = new Set(runs.map(run => run.unit))
    for (const unit of reporter.units) {
      const last = reporter.last(unit)
      if (last === undefined) continue
      if (situation.frozen.has(unit)) states.set(unit, last)
      else if (situation.wanted.has(unit)) continue
      // On its way out: its state stays until its run is gone.
      else if (runningUnits.has(unit) || workshop.doing(unit) !== undefined) {
        states.set(unit, datedState({...last, active: 'deactivating', sub: 'stop-sigterm'}, last, now))
      }
    }
    for (const [unit, bad] of ordered.unreadable)
      states.set(unit, datedState(reportUnreadable(unit, machine, bad), reporter.last(unit), now))
    const byUnit = new Map(runs.map(run => [`${run.unit} ${run.identity.runHash} ${run.identity.generation}`, run]))
    for (const wanted of situation.wanted.values()) {
      const {name} = wanted.unit
      if (situation.frozen.has(name)) continue
      const run = byUnit.get(`${name} ${wanted.identity.runHash} ${wanted.identity.generation}`)
      const {state, wakeAt} = reportUnit(situation, wanted, run, {machine, doing: under(workshop.doing(name))})
      if (wakeAt !== undefined) times.push(wakeAt)
      const last = reporter.last(name)
      if (state !== undefined) states.set(name, datedState(state, last, now))
      else if (last !== undefined) states.set(name, last)
    }
    reporter.report(states, standing?.guard, signal)
    return times
  }

  /** What was known of a unit before this agent, and what must not be forgotten once its run is gone. */
  private recall({wanted, frozen}: Ordered, runs: readonly Run[], reporter: Reporter): void {
    this.memories.keepOnly(unit => wanted.has(unit) || frozen.has(unit))
    for (const each of wanted.values()) this.memories.recall(each, reporter.last(each.unit.name))
    for (const run of runs) {
      const each = wanted.get(run.unit)
      if (each !== undefined) this.memories.seen(run, each)
    }
  }

  /** When the machine counts as cut off if nothing more is heard of its lease; the clock of the answer is `now`. */
  private nextDeadline(): readonly number[] {
    const {membership, now, monotonic, margin} = this.options
    const deadline = membership.standing?.session.deadline()
    return deadline === undefined ? [] : [now() + Math.max(0, deadline - margin - monotonic())]
  }

  private async openReporter(signal: AbortSignal): Promise<Reporter> {
    const {store, machine, log} = this.options
    const {entries} = await store.list([statesOf(machine)], {signal})
    const written = ClusterView.of(entries).states.get(machine) ?? new Map<string, UnitState>()
    const failed = () => void setTimeout(() => this.bell.ring(), retryMilliseconds).unref()
    return new Reporter({store, machine, log, written, failed})
  }

  private openWorkshop(signal: AbortSignal): Workshop {
    const {driver, decisions, log, now} = this.options
    const ring = () => this.bell.ring()
    return new Workshop(
      executorsOf(driver, this.memories, now),
      {
        begun: async (step, since) => {
          log.info(describeStep(step))
          if (now() - since >= quietMilliseconds) ring()
          const recorded = decisions.record(step)
          // Nothing is stopped whose reason is not on disk.
          if (step.kind === 'stop') await recorded
        },
        failed: (step, error) => {
          log.warning(`cannot ${describeStep(step)}: ${messageOf(error)}`)
          decisions.recordFailure(step, error)
          this.noteFailure(step, error)
        },
        done: step => this.pauses.delete(unitOf(step)),
        idle: ring,
      },
      signal,
    )
  }

  /** A failed start is an ending like another, with its policy; anything else is tried again after a while. */
  private noteFailure(step: Step, error: unknown): void {
    const at = this.options.now()
    if ('unit' in step) {
      const final = error instanceof StepError && !error.retryable
      this.memories.startFailed(step, {at, message: messageOf(error), final})
    } else this.pauses.set(unitOf(step), at + retryMilliseconds)
  }
}

const retryMilliseconds = 1000
/** What the kill after the grace may take. */
const killMilliseconds = 500
const longestBreath = 100
const nothingOrdered: Ordered = {wanted: new Map(), frozen: new Set(), unreadable: new Map(), incomplete: false}
/** How long a file that is missing on this machine may be there unseen. */
const incompleteMilliseconds = 5000

/** Lets everything that has happened already be heard before looking. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function under(doing: Doing | undefined): Under | undefined {
  return doing === undefined ? undefined : {kind: doing.step.kind, since: doing.since}
}
