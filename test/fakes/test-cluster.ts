import {type ChildProcess, spawn} from 'node:child_process'
import {openSync} from 'node:fs'
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {ensureClusterId} from '../../src/lib/cluster/cluster-id.ts'
import {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {DockerError} from '../../src/lib/drivers/docker/errors.ts'
import {listAt, textAt} from '../../src/lib/drivers/docker/json.ts'
import {sweepCluster} from '../../src/lib/drivers/docker/sweep.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import type {Store} from '../../src/lib/store/store.ts'
import {busyboxImage, importBusybox} from './busybox-image.ts'
import {type DockerDaemon, openDocker} from './docker-daemon.ts'
import {type EtcdServer, startEtcd} from './etcd-server.ts'
import {until} from './until.ts'

const ctl = fileURLToPath(new URL('../../bin/ctl', import.meta.url))

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ContainerRow {
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly machine: string
  readonly state: string
  readonly startedAt: string
}

/** A whole cluster for a story: a real etcd, real agents as processes of the built ctl, a real Docker, and a directory for unit files. */
export class TestCluster {
  readonly etcd: EtcdServer
  readonly directory: string
  readonly store: Store
  private readonly docker: DockerDaemon
  private readonly client: DockerClient
  private readonly cluster: string
  private readonly agents = new Map<string, ChildProcess>()

  constructor(made: {etcd: EtcdServer; docker: DockerDaemon; directory: string; store: Store; cluster: string}) {
    this.etcd = made.etcd
    this.docker = made.docker
    this.directory = made.directory
    this.store = made.store
    this.cluster = made.cluster
    this.client = new DockerClient(made.docker.host)
  }

  /** Writes a unit file; `image` in it stands for the busybox image. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.directory, name)
    await writeFile(path, text.replaceAll('IMAGE', busyboxImage))
    return path
  }

  /** Runs ctl in the directory of the unit files, for at most the given time. */
  ctl(...args: readonly string[]): Promise<CommandResult> {
    const environment = {...process.env, CTL_ENDPOINTS: this.etcd.endpoint, NO_COLOR: '1'}
    return runCtl(args, {cwd: this.directory, env: environment})
  }

  /** As `ctl`, and throws what it printed when its exit code is not the one expected. */
  async expectCtl(code: number, ...args: readonly string[]): Promise<CommandResult> {
    const result = await this.ctl(...args)
    if (result.code !== code)
      throw new Error(`ctl ${args.join(' ')} ended with ${result.code}, not ${code}:\n${result.stdout}${result.stderr}`)
    return result
  }

  /** Starts the agent of a machine and resolves when it is registered. */
  async startAgent(machine: string, ...flags: readonly string[]): Promise<void> {
    const home = join(this.directory, '..', `state-${machine}`)
    await mkdir(home, {recursive: true})
    const log = openSync(join(home, 'agent.log'), 'a')
    const own = [
      '--machine-id',
      machine,
      '--name',
      machine,
      '--address',
      '127.0.0.1',
      '--state-dir',
      home,
      '--ttl',
      '3s',
      '--config',
      '/dev/null',
    ]
    const agent = spawn(
      ctl,
      [
        'agent',
        '--endpoints',
        this.etcd.endpoint,
        '--docker-host',
        this.docker.host,
        // Nothing of this machine's own is touched.
        ...['--driver', 'docker', '--environment-file', 'none', '--api-socket', 'none'],
        '--name-prefix',
        `${this.cluster.slice(0, 6)}-${machine}-`,
        ...own,
        ...flags,
      ],
      {
        stdio: ['ignore', log, log],
      },
    )
    this.agents.set(machine, agent)
    const pid = String(agent.pid)
    await until(`machine ${machine} is registered by process ${pid}`, async () => {
      if (agent.exitCode !== null)
        throw new Error(`agent ${machine} ended with ${agent.exitCode}:\n${await this.agentLog(machine)}`)
      const {entries} = await this.store.get([`machines/${machine}`])
      return entries[0]?.value.includes(`"pid":${pid}`)
    })
  }

  /** Whether the machine's agent runs. */
  isAlive(machine: string): boolean {
    const agent = this.agents.get(machine)
    return agent !== undefined && agent.exitCode === null && agent.signalCode === null
  }

  agentLog(machine: string): Promise<string> {
    return readFile(join(this.directory, '..', `state-${machine}`, 'agent.log'), 'utf8')
  }

  /** Sends the machine's agent a signal and resolves when it has ended, with its exit code. */
  async endAgent(machine: string, signal: NodeJS.Signals): Promise<number | null> {
    const agent = this.agents.get(machine)
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return agent?.exitCode ?? null
    const ended = new Promise<void>(resolve => agent.once('exit', () => resolve()))
    agent.kill(signal)
    await ended
    this.agents.delete(machine)
    return agent.exitCode
  }

  /** The cluster's containers as Docker has them. */
  async containers(): Promise<readonly ContainerRow[]> {
    const filters = JSON.stringify({label: [`meissa.cluster=${this.cluster}`]})
    const listed = listAt(await this.client.json('GET', '/containers/json', {query: {all: '1', filters}}))
    const rows = await Promise.all(
      listed.map(async container => {
        const id = textAt(container, 'Id') ?? ''
        const seen = await this.client.json('GET', `/containers/${id}/json`).catch(error => {
          // It went between the two.
          if (error instanceof DockerError && error.status === 404) return undefined
          throw error
        })
        if (seen === undefined) return []
        return {
          id,
          name: (textAt(seen, 'Name') ?? '').slice(1),
          unit: textAt(container, 'Labels', 'meissa.unit') ?? '',
          machine: textAt(container, 'Labels', 'meissa.machine') ?? '',
          state: textAt(seen, 'State', 'Status') ?? '',
          startedAt: textAt(seen, 'State', 'StartedAt') ?? '',
        }
      }),
    )
    return rows.flat().sort((a, b) => (`${a.unit} ${a.machine}` < `${b.unit} ${b.machine}` ? -1 : 1))
  }

  /** `unit machine active/sub` for each row of list-units. */
  async units(): Promise<readonly string[]> {
    const {stdout} = await this.expectCtl(0, 'list-units', '-o', 'json')
    const rows: readonly {unit: string; machine: string | null; active: string; sub: string}[] = JSON.parse(stdout)
    return rows.map(({unit, machine, active, sub}) => `${unit} ${machine ?? '-'} ${active}/${sub}`)
  }

  /** Destroys every unit, so that the next story begins with an empty cluster. */
  async clear(): Promise<void> {
    const names = (await this.expectCtl(0, 'list-unit-files', '-o', 'name')).stdout.trim().split('\n')
    if (names[0] !== '') await this.expectCtl(0, 'destroy', ...names)
  }

  /** Ends every process and removes every container and file that the cluster made. */
  async remove(): Promise<void> {
    await Promise.all([...this.agents.keys()].map(machine => this.endAgent(machine, 'SIGKILL')))
    this.store.close()
    await sweepCluster(this.docker.host, this.cluster)
    this.client.close()
    await this.etcd.remove()
    await this.docker.close()
    await rm(dirname(this.directory), {recursive: true, force: true})
  }
}

/** A cluster with an agent for each machine, given as `a` or `a role=web,zone=1`. */
export async function openTestCluster(...machines: readonly string[]): Promise<TestCluster> {
  const docker = await openDocker()
  await importBusybox(docker.host)
  const etcd = await startEtcd()
  const store = openEtcdStore({endpoints: [etcd.endpoint]})
  const directory = join(await mkdtemp(join(tmpdir(), 'meissa-e2e-')), 'units')
  await mkdir(directory)
  const cluster = new TestCluster({etcd, docker, directory, store, cluster: await ensureClusterId(store)})
  try {
    await Promise.all(
      machines.map(machine => {
        const [name = '', metadata] = machine.split(' ')
        return cluster.startAgent(name, ...(metadata === undefined ? [] : ['--metadata', metadata]))
      }),
    )
    return cluster
  } catch (error) {
    await cluster.remove()
    throw error
  }
}

/** Runs the built ctl; after 60 s it is killed and its output told. */
export function runCtl(
  args: readonly string[],
  options: {readonly cwd?: string; readonly env?: NodeJS.ProcessEnv},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(ctl, args, {...options, stdio: ['ignore', 'pipe', 'pipe']})
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => (stdout += chunk))
    child.stderr.on('data', chunk => (stderr += chunk))
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(late)
      if (signal === 'SIGKILL') reject(new Error(`ctl ${args.join(' ')} took more than 60 s:\n${stdout}${stderr}`))
      else resolve({code: code ?? -1, stdout, stderr})
    })
  })
}
