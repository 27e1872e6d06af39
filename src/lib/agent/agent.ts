import {Bell} from '../base/bell.ts'
import {CtlError, messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import type {UnitState} from '../cluster/model.ts'
import {ClusterView} from '../cluster/view.ts'
import type {Driver, Run} from '../drivers/driver.ts'
import {assignmentsOf, keys, parseKey, statesOf} from '../store/keys.ts'
import {openMirror} from '../store/mirror.ts'
import type {Store} from '../store/store.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import {parseUnitFile} from '../unit/file.ts'
import {runHash} from '../unit/hash.ts'
import type {DecisionLog} from './decision-log.ts'
import {FileCache} from './files.ts'
import type {ThisHost} from './host.ts'
import {Memories} from './memories.ts'
import type {Membership} from './membership.ts'
import {planAgent} from './plan.ts'
import {reportUnit, reportUnreadable} from './report.ts'
import {Reporter} from './reporter.ts'
import type {Situation, Wanted} from './situation.ts'
import {describeStep, type Executors, type Step, unitOf} from './step.ts'
import {stillWanted, Workshop} from './workshop.ts'

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
  private readonly files: FileCache
  private readonly memories = new Memories()
  private readonly parsed = new Map<string, {readonly file: string; readonly generation: number; readonly wanted: Wanted | string}>()
  private readonly departure = Promise.withResolvers<void>()
  /** Units of which a step failed that is not counted as a start: when to try again. */
  private readonly pauses = new Map<string, number>()
  private wantNothing = false
  private draining = false

  constructor(options: AgentOptions) {
    this.options = options
    this.files = new FileCache(options.store)
  }

  /** Wakes the agent: something it cannot see by itself has changed. */
  wake(): void {
    this.bell.ring()
  }

  /** From now on nothing is wanted on this machine: the agent stops all it runs. */
  leave(): void {
    this.wantNothing = true
    this.bell.ring()
  }

  /** As `leave`, but each unit runs on until it is assigned elsewhere. */
  drain(): void {
    this.draining = true
    this.bell.ring()
  }

  /** Works until the signal aborts; what runs then runs on. Steps under way are given up or ended by then. */
  async run(signal: AbortSignal): Promise<void> {
    const {store, machine, driver, log} = this.options
    const view = new ClusterView()
    const mirror = await openMirror(store, [assignmentsOf(machine), keys.machine(machine)], {
      signal,
      onChange: changes => {
        view.apply(changes)
        this.bell.ring()
      },
    })
    for (const entry of mirror.entries.values()) view.put(entry)
    const reporter = await this.openReporter(signal)
    const workshop = this.openWorkshop(signal)
    const watching = driver.watch(() => this.bell.ring(), signal).catch(error => {
      if (!signal.aborted) log.error(`cannot watch the ${driver.name} engine: ${messageOf(error)}`)
    })
    this.bell.ring()
    let wakeAt: number | undefined = this.options.now()
    while (!signal.aborted) {
      await this.bell.wait(signal, wakeAt === undefined ? Number.POSITIVE_INFINITY : wakeAt - this.options.now())
      if (signal.aborted) break
      await nextTurn()
      try {
        wakeAt = await this.round(view, reporter, workshop, signal)
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof CtlError)) throw error
        log.warning(messageOf(error), {effect: 'what runs goes on; trying again'})
        wakeAt = this.options.now() + retryMilliseconds
      }
    }
    await Promise.all([workshop.settled(), watching])
    await reporter.settled()
    await this.options.decisions.settled()
  }

  /** Resolves once the machine is to be left, nothing of ours is here and nothing is under way. */
  get left(): Promise<void> {
    return this.departure.promise
  }

  private async round(view: ClusterView, reporter: Reporter, workshop: Workshop, signal: AbortSignal): Promise<number | undefined> {
    const {driver, membership, now, monotonic, margin, host} = this.options
    const {wanted, frozen, bad} = await this.wantedNow(view, reporter, signal)
    const runs = await driver.observe(signal)
    this.rememberDone(wanted, runs)
    const standing = membership.standing
    const situation: Situation = {
      wanted,
      frozen,
      runs,
      memories: this.memories.all,
      now: now(),
      bootedAt: host.bootedAt,
      disconnected: membership.mayBeGivenUp(monotonic(), margin) || view.machines.get(this.options.machine)?.session !== standing?.session.id,
    }
    const plans = planAgent(situation)
    const times: number[] = []
    for (const unit of new Set([...plans.keys(), ...runs.map(run => run.unit), ...wanted.keys()])) {
      const doing = workshop.doing(unit)
      const plan = plans.get(unit)
      if (doing !== undefined && !stillWanted(doing, plan?.steps)) workshop.cancel(unit)
      const pause = this.pauses.get(unit) ?? 0
      if (pause > situation.now) times.push(pause)
      else if (doing === undefined && plan !== undefined) workshop.begin(unit, plan.steps)
      if (plan?.wakeAt !== undefined) times.push(plan.wakeAt)
    }
    const states = new Map<string, UnitState>(bad)
    for (const each of wanted.values()) {
      const report = reportUnit(situation, each, this.options.machine, workshop.doing(each.unit.name)?.step.kind)
      if (report.wakeAt !== undefined) times.push(report.wakeAt)
      const last = reporter.last(each.unit.name)
      if (report.state !== undefined) states.set(each.unit.name, this.dated(report.state, last))
      else if (last !== undefined) states.set(each.unit.name, last)
    }
    this.keepLeaving(states, wanted, frozen, runs, reporter, workshop)
    reporter.report(states, standing?.guard, signal)
    const emptied = this.wantNothing || (this.draining && wanted.size + frozen.size === 0)
    if (emptied && !workshop.busy && runs.length === 0) this.departure.resolve()
    const cutOff = [...wanted.values()].some(each => each.unit.placement.onDisconnect === 'stop') ? this.nextDeadline() : undefined
    return earliest([...times, ...(cutOff === undefined ? [] : [cutOff])])
  }

  /** States of units that are on their way out stay until their runs are gone; those of unreadable ones stay as they are. */
  private keepLeaving(
    states: Map<string, UnitState>,
    wanted: ReadonlyMap<string, Wanted>,
    frozen: ReadonlySet<string>,
    runs: readonly Run[],
    reporter: Reporter,
    workshop: Workshop,
  ): void {
    for (const unit of reporter.units) {
      if (wanted.has(unit) || states.has(unit)) continue
      const last = reporter.last(unit)
      if (last === undefined) continue
      if (frozen.has(unit)) states.set(unit, last)
      else if (workshop.doing(unit) !== undefined || runs.some(run => run.unit === unit)) {
        states.set(unit, this.dated({...last, active: 'deactivating', sub: 'stop-sigterm'}, last))
      }
    }
  }

  private nextDeadline(): number | undefined {
    const {membership, now, monotonic, margin} = this.options
    const deadline = membership.standing?.session.deadline()
    return deadline === undefined ? undefined : now() + Math.max(0, deadline - margin - monotonic()) + 1
  }

  private dated(state: Omit<UnitState, 'since'>, last: UnitState | undefined): UnitState {
    const same = last !== undefined && last.active === state.active && last.sub === state.sub && last.generation === state.generation
    return {...state, since: same ? last.since : this.options.now()}
  }

  private async wantedNow(view: ClusterView, reporter: Reporter, signal: AbortSignal) {
    const wanted = new Map<string, Wanted>()
    const frozen = new Set<string>()
    const bad = new Map<string, UnitState>()
    if (this.wantNothing) return {wanted, frozen, bad}
    const assignments = [...view.allAssignments()]
    await this.files.keepOnly(new Set(assignments.map(({file}) => file)), signal)
    for (const key of view.unreadable.keys()) {
      const parsed = parseKey(key)
      if (parsed?.kind === 'assignment') frozen.add(parsed.unit)
    }
    for (const {unit, file, generation, desiredState, reason} of assignments) {
      const known = this.parsed.get(unit)
      const understood = known?.file === file && known.generation === generation ? known.wanted : this.understand(unit, file, generation, reporter)
      if (typeof understood !== 'string') wanted.set(unit, {...understood, desiredState, reason})
      else {
        frozen.add(unit)
        bad.set(unit, this.dated(reportUnreadable(unit, this.options.machine, file, generation, understood), reporter.last(unit)))
      }
    }
    for (const unit of this.parsed.keys()) {
      if (wanted.has(unit) || frozen.has(unit)) continue
      this.parsed.delete(unit)
      this.memories.forget(unit)
    }
    return {wanted, frozen, bad}
  }

  /** The unit to run, or why this agent cannot make sense of it. */
  private understand(name: string, file: string, generation: number, reporter: Reporter): Wanted | string {
    const text = this.files.text(file)
    if (text === undefined) return `its unit file ${file.slice(0, 12)} is missing from the store`
    const {unit, problems} = parseUnit(name, text, this.options.host)
    const identity = {runHash: runHash(name, parseUnitFile(text).file), generation}
    const wanted: Wanted | string =
      unit === undefined
        ? problems.map(problem => problem.message).join('; ')
        : {unit, file, identity, desiredState: 'loaded', reason: ''}
    if (typeof wanted !== 'string' && !this.parsed.has(name)) this.memories.recall(wanted, reporter.last(name))
    this.parsed.set(name, {file, generation, wanted})
    return wanted
  }

  /** A oneshot's success is remembered before anything else can make one forget that its container stood for it. */
  private rememberDone(wanted: ReadonlyMap<string, Wanted>, runs: readonly Run[]): void {
    for (const run of runs) {
      const unit = wanted.get(run.unit)
      if (unit?.unit.service.type !== 'oneshot' || run.phase !== 'exited') continue
      if (run.exitCode === 0 || unit.unit.service.successExitCodes.includes(run.exitCode ?? -1)) this.memories.done(run.unit, run.identity)
    }
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
    const executors: Executors = {
      prepare: (step, stop) => {
        this.memories.started(step.unit.name, step.identity, now())
        return driver.perform(step, withTimeout(stop, step.unit.service.timeoutStartSeconds))
      },
      start: (step, stop) => driver.perform(step, stop),
      stop: (step, stop) => driver.perform(step, stop),
      remove: (step, stop) => driver.perform(step, stop),
      collect: async (step, stop) => {
        const lines = await driver.lastLines(step.run, linesKept, stop).catch(error => [`(its last lines cannot be had: ${messageOf(error)})`])
        this.memories.collected(step.run.unit, step.run, lines)
      },
    }
    const begun = (step: Step) => {
      log.info(describeStep(step))
      decisions.record(step)
      this.bell.ring()
    }
    const failed = (step: Step, error: unknown) => {
      log.warning(`cannot ${describeStep(step)}: ${messageOf(error)}`)
      decisions.recordFailure(step, error)
      const unit = unitOf(step)
      if (step.kind === 'prepare' || step.kind === 'start') this.memories.startFailed(unit, step.identity, now(), messageOf(error))
      else this.pauses.set(unit, now() + retryMilliseconds)
    }
    const done = (step: Step) => {
      this.pauses.delete(unitOf(step))
      this.bell.ring()
    }
    return new Workshop(executors, {begun, failed, done, idle: () => this.bell.ring()}, signal)
  }
}

const retryMilliseconds = 1000
const linesKept = 10

function withTimeout(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  return seconds === undefined || !Number.isFinite(seconds) || seconds <= 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
}

/** Lets everything that has happened already be heard before looking. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function earliest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times)
}
