import {setTimeout as delay} from 'node:timers/promises'
import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import type {Metrics} from '../base/metrics.ts'
import {whenAborted} from '../base/when-aborted.ts'
import {ensureClusterId} from '../cluster/cluster-id.ts'
import type {Driver, RunUse} from '../drivers/driver.ts'
import {type Lead, runEngine} from '../engine/engine.ts'
import {measuredStore} from '../store/measured.ts'
import type {Store} from '../store/store.ts'
import {Agent} from './agent.ts'
import {announcedCapacity} from './capacity.ts'
import {measuredCapacity} from './capacity-measured.ts'
import {DecisionLog, makeStateDirectory} from './decision-log.ts'
import {ownAddress, readHost} from './host.ts'
import {machineVariables, writeMachineEnvironment} from './machine-environment.ts'
import {Membership} from './membership.ts'
import type {AgentSettings, OnExit} from './settings.ts'

export interface DriverContext {
  readonly cluster: string
  readonly machine: string
}

export interface ServeContext {
  readonly store: Store
  readonly machine: string
  /** Why this machine cannot do its work just now; undefined while it can. */
  readonly unready: () => string | undefined
  /** What the runs of this machine take just now. */
  readonly use: (signal: AbortSignal) => Promise<readonly RunUse[]>
}

interface Serving {
  close(): Promise<void>
}

export interface RunAgentOptions {
  readonly settings: AgentSettings
  readonly version: string
  readonly store: Store
  readonly openDriver: (context: DriverContext) => Driver
  readonly log: Log
  /** Where engine and agent count what they do. */
  readonly metrics?: Metrics
  /** Answers others from this process while the agent runs; what it throws is told, and the agent goes on without it. */
  readonly serve?: ((context: ServeContext) => Promise<Serving>) | undefined
  /** Where `serve` listens, for those who look in from elsewhere. */
  readonly apiSocket?: string | undefined
  /** Who leads the cluster where this machine is elected: this thread unless it is given. */
  readonly lead?: Lead
  /** Asks the agent to end in order, by its `onExit`. */
  readonly signal: AbortSignal
}

/**
 * The daemon of a machine: registers it, runs what is assigned to it and stands as a candidate for the engine, until the
 * signal aborts; then it goes as `onExit` says. Throws ConflictError when the machine id is taken, UnreachableError when
 * etcd or the driver's engine cannot be reached at the start.
 */
export async function runAgent(options: RunAgentOptions): Promise<void> {
  const {settings, log, signal, metrics} = options
  const monotonic = () => performance.now()
  const leading = options.lead === undefined ? {} : {lead: options.lead}
  const store = metrics === undefined ? options.store : measuredStore(options.store, metrics, monotonic)
  const measuring = metrics === undefined ? {} : {metrics}
  await makeStateDirectory(settings.stateDirectory)
  const host = await readHost(settings.machineId)
  const machine = host.machineId
  const address = settings.address ?? ownAddress()
  const facts = {id: machine, name: settings.name, address, metadata: settings.metadata}
  if (settings.environmentFile !== undefined)
    await writeMachineEnvironment(facts, {own: '/run/meissa/environment', hosts: settings.environmentFile, log})
  const driver = options.openDriver({cluster: await ensureClusterId(store, signal), machine})
  const work = new AbortController()
  let serving: Promise<Serving | undefined> | undefined
  try {
    const membership = new Membership({
      store,
      machine,
      ttlSeconds: settings.ttlSeconds,
      announcement: {
        ...(settings.name === undefined ? {} : {name: settings.name}),
        hostname: host.hostname,
        address,
        metadata: settings.metadata,
        capacity: announcedCapacity(
          await measuredCapacity(await driver.capacity(signal), settings.stateDirectory),
          settings.offer,
        ),
        ...(options.apiSocket === undefined ? {} : {api: options.apiSocket}),
        ...(driver.docker === undefined ? {} : {docker: driver.docker}),
        drivers: [...driver.kinds],
        version: options.version,
        process: {boot: host.bootId, pid: process.pid},
      },
      log,
      changed: () => agent.wake(),
      whileMember: (session, member) =>
        settings.engine
          ? runEngine({store, session, machine, log, monotonic, now: Date.now, ...measuring, ...leading}, member)
          : Promise.resolve(),
    })
    const decisions = new DecisionLog(settings.stateDirectory, log, Date.now)
    // A keepalive is sent every third of the TTL: at the last third two have gone unanswered.
    const margin = (settings.ttlSeconds * 1000) / 3
    const agent: Agent = new Agent({
      store,
      driver,
      membership,
      machine,
      host: {...host, environment: machineVariables(facts)},
      decisions,
      log,
      now: Date.now,
      monotonic,
      margin,
      ...measuring,
    })
    await membership.join(signal)
    log.info('agent runs', {machine, address, drivers: driver.kinds.join(',')})
    const unready = () =>
      membership.leaseLeft(monotonic()) > margin
        ? agent.trouble
        : 'this machine is not registered, or etcd does not keep its lease'
    serving = options.serve?.({store, machine, unready, use: each => driver.use(each)}).catch(error => {
      log.error(`the API is off: ${messageOf(error)}`)
      return undefined
    })
    const failed = new AbortController()
    const tasks = [agent.run(work.signal), membership.run(work.signal)].map(task =>
      task.catch(error => {
        if (!work.signal.aborted) failed.abort(error)
      }),
    )
    await whenAborted(AbortSignal.any([signal, failed.signal]))
    if (!failed.signal.aborted) await goAway(settings.onExit, {agent, membership, log, patience: settings.drainSeconds * 1000})
    work.abort()
    await Promise.all(tasks)
    await membership.close(settings.onExit !== 'keep' && !failed.signal.aborted)
    if (failed.signal.aborted) throw failed.signal.reason
  } finally {
    work.abort()
    await (await serving)?.close()
    driver.close()
  }
}

interface Departure {
  readonly agent: Agent
  readonly membership: Membership
  readonly log: Log
  /** Milliseconds to wait for the units to be gone. */
  readonly patience: number
}

/** What becomes of the machine's units when its agent ends: they run on, are placed elsewhere first, or stop. */
async function goAway(onExit: OnExit, {agent, membership, log, patience}: Departure): Promise<void> {
  if (onExit === 'keep') {
    log.info('ending: what runs here runs on')
    return
  }
  log.info(onExit === 'drain' ? 'ending: the units are placed elsewhere first' : 'ending: the units stop')
  await membership.announceLeaving()
  agent.goAway(onExit)
  const late = new AbortController()
  await Promise.race([
    agent.left,
    delay(patience, undefined, {signal: late.signal})
      .then(() => log.warning('the units are not gone in time: going all the same'))
      .catch(() => {}),
  ])
  late.abort()
}
