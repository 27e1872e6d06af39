import {executorsOf} from '../../src/lib/agent/executors.ts'
import {Memories} from '../../src/lib/agent/memories.ts'
import {planAgent} from '../../src/lib/agent/plan.ts'
import {datedState, reportUnit} from '../../src/lib/agent/report.ts'
import {type Situation, sameIdentity, type Wanted} from '../../src/lib/agent/situation.ts'
import type {Executors, Step, StepKind, UnitPlan} from '../../src/lib/agent/step.ts'
import type {UnitState} from '../../src/lib/cluster/model.ts'
import {type Run, StepError} from '../../src/lib/drivers/driver.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryEngine} from '../../src/lib/drivers/memory/memory-engine.ts'

const machine = 'm1'
const never = new AbortController().signal

/** What was seen at one look, and what is to be done for it. */
export interface Look {
  readonly situation: Situation
  readonly plans: ReadonlyMap<string, UnitPlan>
  /** When a report is about to be known. */
  readonly wakeAt: number | undefined
}

/**
 * A machine whose time stands still between events: its engine, the agent's memory and what the cluster was told. An agent
 * here does one thing after the other, and dies where it is told to.
 */
export class AgentWorld {
  readonly engine = new MemoryEngine()
  readonly driver: MemoryDriver
  readonly wanted = new Map<string, Wanted>()
  readonly frozen = new Set<string>()
  readonly told = new Map<string, UnitState>()
  /** Every fetch begun for a unit in its present identity: its attempts to start. */
  readonly attempts = new Map<string, number>()
  now = Date.UTC(2026, 0, 2)
  bootedAt = Date.UTC(2026, 0, 1)
  disconnected = false
  /** Called when a fetch is over and the start not yet begun. */
  fetched: ((step: Step<'prepare'>) => void) | undefined
  private memories = new Memories()
  private executors: Executors

  constructor() {
    this.driver = new MemoryDriver({
      now: () => this.now,
      engine: this.engine,
      machine,
      prints: ['up'],
      kinds: ['docker', 'systemd'],
    })
    this.executors = this.makeExecutors()
  }

  runs(unit?: string): readonly Run[] {
    const runs = this.engine.of(machine).map(({run}) => run)
    return unit === undefined ? runs : runs.filter(run => run.unit === unit)
  }

  /** A new agent takes the place of the one before: it knows what that one told. */
  restartAgent(): void {
    this.memories = new Memories()
    this.executors = this.makeExecutors()
  }

  /** The machine goes down and comes up: what ran has ended, units of systemd are gone, and the agent is a new one. */
  boot(): void {
    for (const run of this.runs()) {
      if (run.supervised === undefined) this.driver.exit(run.unit, 137)
      else this.engine.delete(machine, run.id)
    }
    this.bootedAt = ++this.now
    this.restartAgent()
  }

  /** Somebody starts a run of an older generation of the unit beside whatever runs. */
  addStray(unit: string): void {
    const wanted = this.wanted.get(unit)
    if (wanted === undefined) return
    const identity = {...wanted.identity, generation: wanted.identity.generation - 1}
    this.engine.add(machine, {unit, driver: 'docker', identity, phase: 'running', startedAt: this.now}, [])
  }

  /** Somebody removes every run of the unit by hand. */
  removeRuns(unit: string): void {
    for (const run of this.runs(unit)) this.engine.delete(machine, run.id)
  }

  /** One look: what there is, what is to be done, and what the cluster is told of it. */
  look(): Look {
    const wanted = new Map([...this.wanted].filter(([unit]) => !this.frozen.has(unit)))
    this.memories.keepOnly(unit => this.wanted.has(unit))
    for (const each of wanted.values()) this.memories.recall(each, this.told.get(each.unit.name))
    const all = this.runs()
    const [runs, aside] = [all.filter(run => !run.aside), all.filter(run => run.aside)]
    for (const run of runs) {
      const each = wanted.get(run.unit)
      if (each !== undefined) this.memories.seen(run, each)
    }
    const {now, bootedAt, disconnected, frozen} = this
    const situation = {
      wanted,
      frozen: new Set(frozen),
      runs,
      aside,
      memories: this.memories.all,
      now,
      bootedAt,
      disconnected,
      graceLeft: 3,
    }
    return {situation, plans: planAgent(situation), wakeAt: this.tell(situation)}
  }

  /** Carries out the plans one after the other; dies after so many steps, and a new agent begins. */
  async act(plans: ReadonlyMap<string, UnitPlan>, diesAfter = Number.POSITIVE_INFINITY): Promise<void> {
    let left = diesAfter
    for (const {steps} of plans.values()) {
      for (const step of steps) {
        if (left-- <= 0) {
          this.restartAgent()
          return
        }
        if (!(await this.carryOut(step))) break
      }
    }
  }

  /** Looks and acts until there is nothing to do and nothing to wait for, at most 200 times; time passes only to the next thing to come. */
  async roundsToRest(): Promise<number> {
    for (let round = 0; round < 200; round++) {
      const {plans, wakeAt} = this.look()
      const times = [...plans.values()].flatMap(plan => plan.wakeAt ?? []).concat(wakeAt ?? [])
      if ([...plans.values()].some(({steps}) => steps.length > 0)) await this.act(plans)
      else if (times.length > 0) this.now = Math.min(...times)
      else return round
    }
    return 200
  }

  private async carryOut(step: Step): Promise<boolean> {
    if (step.kind === 'prepare') {
      const attempt = attemptKey(step.unit.name, step.identity)
      this.attempts.set(attempt, (this.attempts.get(attempt) ?? 0) + 1)
    }
    try {
      await execute(this.executors, step)
      if (step.kind === 'prepare') this.fetched?.(step)
      return true
    } catch (error) {
      if (!(error instanceof StepError) || !('unit' in step)) throw error
      if (error.message.includes('older run')) throw error
      this.memories.startFailed(step, {at: this.now, message: error.message, final: !error.retryable})
      return false
    }
  }

  private tell(situation: Situation): number | undefined {
    let wakeAt: number | undefined
    const told = new Map<string, UnitState>()
    for (const unit of situation.frozen) {
      const last = this.told.get(unit)
      if (last !== undefined) told.set(unit, last)
    }
    for (const [unit, wanted] of situation.wanted) {
      const mine = situation.runs.filter(run => run.unit === unit && sameIdentity(run.identity, wanted.identity))
      const run = mine.find(each => each.phase === 'running') ?? mine[0]
      const report = reportUnit(situation, wanted, run, {machine, doing: undefined})
      const last = this.told.get(unit)
      if (report.state !== undefined) told.set(unit, datedState(report.state, last, this.now))
      else if (last !== undefined) told.set(unit, last)
      if (report.wakeAt !== undefined) wakeAt = Math.min(report.wakeAt, wakeAt ?? report.wakeAt)
    }
    if (!this.disconnected) {
      this.told.clear()
      for (const [unit, state] of told) this.told.set(unit, state)
    }
    return wakeAt
  }

  private makeExecutors(): Executors {
    return executorsOf(this.driver, this.memories, () => this.now)
  }
}

/** The key of `attempts`. */
export function attemptKey(unit: string, {runHash, generation}: Wanted['identity']): string {
  return `${unit} ${runHash} ${generation}`
}

function execute<K extends StepKind>(executors: Executors, step: Step<K>): Promise<void> {
  return executors[step.kind](step, never)
}
