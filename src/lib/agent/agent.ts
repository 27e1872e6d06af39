import {setTimeout as delay} from 'node:timers/promises'
import {Bell} from '../base/bell.ts'
import {CtlError, messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import type {Metrics} from '../base/metrics.ts'
import type {UnitState} from '../cluster/model.ts'
import {ClusterView} from '../cluster/view.ts'
import {type Driver, type Run, StepError} from '../drivers/driver.ts'
import {statesOf} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {type AgentMetrics, agentMetrics} from './agent-metrics.ts'
import type {DecisionLog} from './decision-log.ts'
import {Dismissals} from './dismissals.ts'
import {executorsOf} from './executors.ts'
import type {ThisHost} from './host.ts'
import type {Membership, Standing} from './membership.ts'
import {Memories} from './memories.ts'
import {type Ordered, Orders} from './orders.ts'
import {planAgent} from './plan.ts'
import {RecentDecisions} from './recent-decisions.ts'
import {reportAll} from './report-all.ts'
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
  readonly metrics?: Metrics
}

/**
 * Makes what runs on this machine follow from what is assigned to it: observe → plan → perform → report, woken by
 * assignments, by the driver and by time, one round at a time.
 */
export class Agent {
  private readonly options: AgentOptions
  private readonly told: AgentMetrics
  private readonly bell = new Bell()
  private readonly orders: Orders
  private readonly dismissals: Dismissals
  private readonly memories = new Memories()
  private readonly decided = new RecentDecisions()
  private readonly departure = Promise.withResolvers<void>()
  /** Units of which a step failed that is not counted as a start: when to try again. */
  private readonly pauses = new Map<string, number>()
  /** The registration since which the orders were looked at. */
  private ordersSince: Standing | undefined
  private goingAway: 'drain' | 'leave' | undefined
  private hindrance: string | undefined

  constructor(options: AgentOptions) {
    this.options = options
    this.told = agentMetrics(options.metrics)
    this.orders = new Orders({...options, changed: () => this.bell.ring()})
    this.dismissals = new Dismissals(options.store, options.machine)
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

  /** Why the last round came to nothing; undefined when it did not. */
  get trouble(): string | undefined {
    return this.hindrance
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
    while (!signal.aborted) {
      await this.bell.wait(signal, wakeAt === undefined ? undefined : wakeAt - now())
      await nextTurn()
      if (signal.aborted) break
      try {
        const begun = monotonic()
        wakeAt = await this.round(reporter, workshop, signal)
        this.told.round((monotonic() - begun) / 1000)
        // Many changes one after the other are looked at together: never more than half of the time goes into looking.
        await delay(Math.min(monotonic() - begun, longestBreath), undefined, {signal}).catch(() => {})
        if (this.hindrance !== undefined) log.info('going on')
        this.hindrance = undefined
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof CtlError)) throw error
        if (this.hindrance !== messageOf(error)) log.warning(messageOf(error), {effect: 'what runs goes on; trying again'})
        this.hindrance = messageOf(error)
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
    const observed = await driver.observe(signal)
    const [runs, aside] = [observed.filter(run => !run.aside), observed.filter(run => run.aside)]
    this.recall(ordered, runs, reporter)
    const dismissed = await this.dismissed(ordered, observed, signal)
    // What ended during the look may be missing in it: such a unit waits for the next one, which the end has rung for.
    const unclear = busy.filter(unit => workshop.doing(unit) === undefined)
    const leaseLeft = membership.leaseLeft(this.options.monotonic())
    const situation: Situation = {
      ...ordered,
      frozen: new Set([...ordered.frozen, ...unclear]),
      dismissed,
      runs,
      aside,
      memories: this.memories.all,
      now: this.options.now(),
      bootedAt: host.bootedAt,
      disconnected: leaseLeft <= this.options.margin,
      graceLeft: Math.max(0, Math.floor((leaseLeft - killMilliseconds) / 1000)),
    }
    const plans = planAgent(situation)
    const times = this.act(situation, plans, workshop)
    if (ordered.incomplete) times.push(situation.now + incompleteMilliseconds)
    const told = reportAll(situation, {
      machine: this.options.machine,
      unreadable: ordered.unreadable,
      before: reporter,
      doing: unit => under(workshop.doing(unit)),
      decided: unit => this.decided.of(unit),
    })
    times.push(...told.times)
    reporter.report(told.states, standing?.guard, signal)
    const emptied = this.goingAway === 'leave' || (this.goingAway === 'drain' && ordered.wanted.size + ordered.frozen.size === 0)
    if (emptied && busy.length === 0 && !workshop.busy && observed.length === 0) this.departure.resolve()
    if ([...ordered.wanted.values()].some(({unit}) => unit.placement.onDisconnect === 'stop')) times.push(...this.nextDeadline())
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Why what runs here is not wanted here. */
  private async dismissed(
    {wanted, frozen, takenAt}: Ordered,
    runs: readonly Run[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const units = new Set(runs.flatMap(({unit}) => (wanted.has(unit) || frozen.has(unit) ? [] : [unit])))
    if (this.goingAway === 'leave') return new Map([...units].map(unit => [unit, 'this machine leaves the cluster']))
    return this.dismissals.of(units, takenAt, signal)
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

  /** What was known of a unit before this agent, and what must not be forgotten once its run is gone. */
  private recall({wanted, frozen}: Ordered, runs: readonly Run[], reporter: Reporter): void {
    const isKept = (unit: string) => wanted.has(unit) || frozen.has(unit)
    this.memories.keepOnly(isKept)
    this.decided.keepOnly(isKept)
    for (const each of wanted.values()) {
      const last = reporter.last(each.unit.name)
      this.memories.recall(each, last)
      this.decided.recall(each.unit.name, last?.recent)
    }
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
    return new Reporter({store, machine, log, written, failed, told: this.told})
  }

  private openWorkshop(signal: AbortSignal): Workshop {
    const {driver, decisions, log, now} = this.options
    const ring = () => this.bell.ring()
    return new Workshop(
      executorsOf(driver, this.memories, now),
      {
        begun: async (step, since) => {
          log.info(describeStep(step))
          this.decided.note(step, now())
          if (now() - since >= quietMilliseconds) ring()
          const recorded = decisions.record(step)
          // Nothing is stopped whose reason is not on disk.
          if (step.kind === 'stop') await recorded
        },
        failed: (step, error) => {
          this.told.step(step.kind, 'failed')
          log.warning(`cannot ${describeStep(step)}: ${messageOf(error)}`)
          decisions.recordFailure(step, error)
          this.decided.noteFailure(step, messageOf(error))
          this.noteFailure(step, error)
        },
        done: step => {
          this.told.step(step.kind, 'done')
          this.pauses.delete(unitOf(step))
        },
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
const nothingOrdered: Ordered = {
  wanted: new Map(),
  frozen: new Set(),
  unreadable: new Map(),
  takenAt: new Map(),
  incomplete: false,
}
/** How long a file that is missing on this machine may be there unseen. */
const incompleteMilliseconds = 5000

/** Lets everything that has happened already be heard before looking. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function under(doing: Doing | undefined): Under | undefined {
  return doing === undefined ? undefined : {kind: doing.step.kind, since: doing.since}
}
