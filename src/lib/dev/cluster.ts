import {randomBytes} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {TimeoutError, UnreachableError} from '../base/errors.ts'
import {fitsSocket} from '../base/socket-path.ts'
import {ensureClusterId} from '../cluster/cluster-id.ts'
import {pingDocker, sweepCluster} from '../drivers/docker/sweep.ts'
import {prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {type Child, endChildren, startChild} from './child.ts'
import {startEtcd} from './etcd.ts'
import type {DevMachine} from './machines.ts'

export interface DevOptions {
  readonly machines: readonly DevMachine[]
  readonly dockerHost: string | undefined
  /** Runs `ctl` anew: the words before `agent`. */
  readonly ctl: readonly string[]
  readonly agentArguments: readonly string[]
  readonly openStore: (endpoint: string) => Promise<Store>
  readonly usesDocker: boolean
  readonly onMachineEnded: (machine: string, how: string) => void
  readonly signal: AbortSignal
}

/** A cluster on this host: one etcd and one agent process a machine, all on this host's Docker. */
export interface DevCluster {
  readonly endpoint: string
  /** Holds, for each machine, `<name>/agent.pid` and `<name>/agent.log`. */
  readonly directory: string
  /** Where the first machine's API listens. */
  readonly apiSocket: string | undefined
  /** Ends every process and removes every container and file that the cluster made. */
  readonly remove: () => Promise<void>
}

/** Starts the cluster and resolves when every machine is registered. On failure nothing is left behind. */
export async function startDevCluster(options: DevOptions): Promise<DevCluster> {
  if (options.usesDocker) await pingDocker(options.dockerHost)
  const directory = await mkdtemp(join(tmpdir(), 'meissa-dev-'))
  const children: Child[] = []
  let swept: () => Promise<unknown> = () => Promise.resolve()
  // In memory where that can be: a development cluster lives no longer than this.
  const data = existsSync('/dev/shm') ? await mkdtemp('/dev/shm/meissa-dev-') : directory
  let removing = false
  const remove = async () => {
    removing = true
    await endChildren(children)
    await swept()
    await rm(directory, {recursive: true, force: true})
    await rm(data, {recursive: true, force: true})
  }
  try {
    const etcd = await startEtcd(data, options.signal)
    children.push(etcd.child)
    const store = await options.openStore(etcd.endpoint)
    try {
      const cluster = await ensureClusterId(store, options.signal)
      if (options.usesDocker) swept = () => sweepCluster(options.dockerHost, cluster)
      for (const machine of options.machines)
        children.push(await startMachine(options, machine, {directory, endpoint: etcd.endpoint, cluster}))
      for (const child of children.slice(1)) {
        void child.ended.then(how => {
          if (!removing) options.onMachineEnded(child.name, how)
        })
      }
      await untilRegistered(store, children.slice(1), options.signal)
    } finally {
      store.close()
    }
    const [apiSocket] = await servedSockets(directory, options)
    return {endpoint: etcd.endpoint, directory, apiSocket, remove}
  } catch (error) {
    await remove()
    throw error
  }
}

/** A /24 of 127.0.0.0/8 for one cluster, so that several stand beside each other. */
export function randomNetwork(): string {
  const [a = 0, b = 0] = randomBytes(2)
  return `127.${1 + (a % 250)}.${b}`
}

async function startMachine(
  options: DevOptions,
  machine: DevMachine,
  at: {directory: string; endpoint: string; cluster: string},
): Promise<Child> {
  const home = join(at.directory, machine.name)
  await mkdir(home)
  // Nothing of this host's own settings: a machine is what its flags say.
  await writeFile(join(home, 'agent.yaml'), '')
  const child = await startChild(
    machine.name,
    [
      ...options.ctl,
      'agent',
      ...['--endpoints', at.endpoint, '--config', join(home, 'agent.yaml'), '--state-dir', home],
      ...['--environment-file', 'none', '--api-socket', apiSocketOf(home) ?? 'none'],
      ...['--machine-id', machine.name, '--name', machine.name, '--address', machine.address],
      ...(machine.metadata === '' ? [] : ['--metadata', machine.metadata]),
      ...['--publish-address', machine.address, '--name-prefix', `${at.cluster.slice(0, 4)}-${machine.name}-`],
      ...(options.dockerHost === undefined ? [] : ['--docker-host', options.dockerHost]),
      ...options.agentArguments,
    ],
    join(home, 'agent.log'),
  )
  await writeFile(join(home, 'agent.pid'), `${child.pid}\n`)
  return child
}

/** Where the API of a machine with that directory listens; undefined where no socket can be, since the path is too long. */
function apiSocketOf(home: string): string | undefined {
  const path = join(home, 'api.sock')
  return fitsSocket(path) ? path : undefined
}

/** Waits until the API of every machine listens, though not for long: machines do their work without it. */
async function servedSockets(directory: string, {machines, signal}: DevOptions): Promise<readonly (string | undefined)[]> {
  const sockets = machines.map(({name}) => apiSocketOf(join(directory, name)))
  const missing = () => sockets.some(path => path !== undefined && !existsSync(path))
  for (const until = performance.now() + 3_000; missing() && performance.now() < until; ) await delay(10, undefined, {signal})
  return sockets
}

async function untilRegistered(store: Store, agents: readonly Child[], signal: AbortSignal): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; await delay(25, undefined, {signal})) {
    const {entries} = await store.list([prefixes.machines], {keysOnly: true, signal})
    if (entries.length === agents.length) return
    const dead = agents.find(agent => !agent.alive())
    if (dead !== undefined)
      throw new UnreachableError(`the agent of machine ${dead.name} ended; its last words:\n${await dead.lastLines(10)}`)
  }
  throw new TimeoutError('not every machine registered within 30 s')
}
