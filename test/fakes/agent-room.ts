import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Agent} from '../../src/lib/agent/agent.ts'
import {DecisionLog} from '../../src/lib/agent/decision-log.ts'
import {Membership} from '../../src/lib/agent/membership.ts'
import type {Wanted} from '../../src/lib/agent/situation.ts'
import {lineLog} from '../../src/lib/base/log.ts'
import {encode} from '../../src/lib/cluster/codec.ts'
import {assignmentSchema, type UnitState} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryEngine} from '../../src/lib/drivers/memory/memory-engine.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {host} from '../unit/host.ts'
import {DisturbedDriver} from './disturbed-driver.ts'
import {DisturbedStore} from './disturbed-store.ts'
import {unitText} from './situation.ts'
import {until} from './until.ts'

const machine = 'm1'

/** An agent at work, and what it said. */
export interface RunningAgent {
  readonly agent: Agent
  readonly membership: Membership
  /** Its view of the engine, with what the engine may do to it. */
  readonly driver: DisturbedDriver
  /** The lines of its log, without times: steps as `describeStep` words them. */
  readonly said: string[]
  /** Joins and works; where it was made `later`, not before this. */
  begin(): void
  /** Ends it as a signal does: what runs runs on, and its lease stays for the next. */
  end(): Promise<void>
}

/** The steps that an agent decided: their kinds, in order. */
export function stepsOf({said}: RunningAgent): readonly string[] {
  const kinds = {
    'info get': 'prepare',
    'info start': 'start',
    'info stop': 'stop',
    'info set': 'set-aside',
    'info remove': 'remove',
    'info keep': 'collect',
  }
  return said.flatMap(line => Object.entries(kinds).find(([begin]) => line.startsWith(`${begin} `))?.[1] ?? [])
}

/** One machine's store and engine, on which agents come and go. */
export class AgentRoom {
  readonly store = new DisturbedStore()
  readonly memoryEngine = new MemoryEngine()
  /** Plays what happens to the runs. */
  readonly engine: MemoryDriver
  private readonly directory: string
  private readonly agents: RunningAgent[] = []

  private constructor(directory: string) {
    this.directory = directory
    this.engine = this.openDriver()
  }

  static async open(): Promise<AgentRoom> {
    return new AgentRoom(await mkdtemp(join(tmpdir(), 'meissa-agent-')))
  }

  /** An agent that is registered and, unless it is to begin later, at work. */
  async startAgent({later = false, ttlSeconds = 60, bootedAt = Date.now() - 86_400_000} = {}): Promise<RunningAgent> {
    const said: string[] = []
    const log = lineLog(line => said.push(line.slice(line.indexOf(' ') + 1).trimEnd()), 'info')
    const ending = new AbortController()
    const tasks: Promise<void>[] = []
    const driver = new DisturbedDriver(this.engine)
    const membership = new Membership({
      store: this.store,
      machine,
      ttlSeconds,
      announcement: {
        hostname: 'one',
        address: '10.0.0.1',
        metadata: {},
        capacity: {cpus: 1, memoryBytes: 2 ** 30},
        drivers: ['docker'],
        version: '1',
        process: {boot: 'b1', pid: process.pid},
      },
      log,
      changed: () => agent.wake(),
      whileMember: async () => {},
    })
    const agent: Agent = new Agent({
      store: this.store,
      driver,
      membership,
      machine,
      host: {...host, bootedAt},
      decisions: new DecisionLog(this.directory, log, Date.now),
      log,
      now: Date.now,
      monotonic: () => performance.now(),
      margin: (ttlSeconds * 1_000) / 3,
    })
    const begin = () => void tasks.push(agent.run(ending.signal), membership.run(ending.signal))
    const end = async () => {
      ending.abort(new Error('over'))
      await Promise.all(tasks)
      await membership.close(false)
    }
    const running: RunningAgent = {agent, membership, driver, said, begin, end}
    this.agents.push(running)
    await membership.join(ending.signal)
    if (!later) begin()
    return running
  }

  /** Assigns a unit to the machine; `web.service` launched in its first generation unless said. */
  async assign(
    text: string = unitText(),
    {unit = 'web.service', generation = 1, desiredState = 'launched' as Wanted['desiredState']} = {},
  ) {
    const file = fileHash(text)
    const value = encode(assignmentSchema, {file, desiredState, generation, reason: 'so'})
    await this.store.inner.commit(
      [],
      [
        {kind: 'put', key: keys.file(file), value: text},
        {kind: 'put', key: keys.assignment(machine, unit), value},
      ],
    )
  }

  async unassign(unit = 'web.service'): Promise<void> {
    await this.store.inner.commit([], [{kind: 'delete', key: keys.assignment(machine, unit)}])
  }

  runs(unit?: string): readonly Run[] {
    return this.memoryEngine
      .of(machine)
      .map(({run}) => run)
      .filter(run => unit === undefined || run.unit === unit)
  }

  /** Runs of the unit that are kept for what they printed. */
  aside(unit = 'web.service'): readonly Run[] {
    return this.runs(unit).filter(run => run.aside)
  }

  /** The one run of the unit, but for what is set aside. Throws when there is none, or more than one. */
  run(unit = 'web.service'): Run {
    const [run, ...others] = this.runs(unit).filter(each => !each.aside)
    if (run === undefined || others.length > 0) throw new Error(`${unit} has ${run === undefined ? 'no run' : 'several runs'}`)
    return run
  }

  async state(unit = 'web.service'): Promise<UnitState | undefined> {
    const {entries} = await this.store.inner.get([keys.state(machine, unit)])
    return ClusterView.of(entries).state(machine, unit)
  }

  /** Waits for `active/sub` to be reported. */
  async reported(words: string, unit = 'web.service'): Promise<UnitState> {
    let state: UnitState | undefined
    await until(`${unit} is ${words}`, async () => {
      state = await this.state(unit)
      return (state === undefined ? 'unknown' : `${state.active}/${state.sub}`) === words
    }).catch(error => {
      throw new Error(`${error.message}; it is ${state?.active}/${state?.sub}`)
    })
    if (state === undefined) throw new Error('it is known')
    return state
  }

  /** Ends all agents and removes what they wrote. */
  async close(): Promise<void> {
    await Promise.allSettled(this.agents.map(agent => agent.end()))
    this.store.close()
    await rm(this.directory, {recursive: true, force: true})
  }

  private openDriver(): MemoryDriver {
    return new MemoryDriver({now: Date.now, engine: this.memoryEngine, machine, prints: ['up']})
  }
}
