import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

export interface EtcdServerOptions {
  readonly name?: string
  /** Arguments added to etcd's. */
  readonly args?: readonly string[]
  /** Serve clients by https with these PEM files. */
  readonly tls?: {readonly certFile: string; readonly keyFile: string}
}

/** Starts a real etcd of one member on free loopback ports with its data in a temporary directory, and waits until it answers. */
export async function startEtcd(options: EtcdServerOptions = {}): Promise<EtcdServer> {
  const [server] = await startCluster([options])
  if (server === undefined) throw new Error('no etcd was started')
  return server
}

/** Starts an etcd of several members. */
export async function startEtcdCluster(size: number): Promise<readonly EtcdServer[]> {
  return await startCluster(Array.from({length: size}, (_, index) => ({name: `member${index}`})))
}

async function startCluster(members: readonly EtcdServerOptions[]): Promise<readonly EtcdServer[]> {
  const ports = await freePorts(members.length * 3)
  const named = members.map((options, index) => ({
    name: options.name ?? 'etcd',
    scheme: options.tls === undefined ? ('http' as const) : ('https' as const),
    args: [...tlsArguments(options.tls), ...(options.args ?? [])],
    clientPort: ports[index * 3] ?? 0,
    peerPort: ports[index * 3 + 1] ?? 0,
    healthPort: ports[index * 3 + 2] ?? 0,
  }))
  const initialCluster = named.map(({name, peerPort}) => `${name}=http://127.0.0.1:${peerPort}`).join(',')
  const servers = await Promise.all(
    named.map(async member => new EtcdServer(await mkdtemp(join(tmpdir(), 'meissa-etcd-')), {...member, initialCluster})),
  )
  try {
    await Promise.all(servers.map(server => server.start()))
  } catch (thrown) {
    await Promise.all(servers.map(server => server.remove()))
    throw thrown
  }
  return servers
}

function tlsArguments(tls: EtcdServerOptions['tls']): readonly string[] {
  return tls === undefined ? [] : ['--cert-file', tls.certFile, '--key-file', tls.keyFile]
}

interface Member {
  readonly name: string
  readonly scheme: 'http' | 'https'
  readonly args: readonly string[]
  readonly clientPort: number
  readonly peerPort: number
  readonly healthPort: number
  readonly initialCluster: string
}

/** One etcd process. Restarted, it has the same ports and data. */
export class EtcdServer {
  readonly directory: string
  readonly #member: Member
  #process: ChildProcess | undefined
  #output = ''

  constructor(directory: string, member: Member) {
    this.directory = directory
    this.#member = member
  }

  get port(): number {
    return this.#member.clientPort
  }

  get endpoint(): string {
    return `${this.#member.scheme}://127.0.0.1:${this.port}`
  }

  /** Starts the process and resolves when it answers as healthy; throws its output when it does not within 20 s. */
  async start(): Promise<void> {
    const {name, peerPort, healthPort, initialCluster, args} = this.#member
    const client = this.endpoint
    const health = `http://127.0.0.1:${healthPort}`
    const peer = `http://127.0.0.1:${peerPort}`
    this.#output = ''
    const child = spawn(
      'etcd',
      [
        ...['--name', name, '--data-dir', join(this.directory, 'data'), '--logger', 'zap', '--log-level', 'warn'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', initialCluster],
        ...['--listen-metrics-urls', health],
        ...args,
      ],
      {stdio: ['ignore', 'pipe', 'pipe']},
    )
    this.#process = child
    running.add(child)
    child.once('exit', () => running.delete(child))
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-8000)
    }
    child.stdout?.on('data', note)
    child.stderr?.on('data', note)
    for (const until = performance.now() + 20_000; ; await sleep(20)) {
      if (await isHealthy(health)) return
      if (child.exitCode !== null || performance.now() > until) throw new Error(`etcd did not start:\n${this.#output}`)
    }
  }

  /** Ends the process: at once and without warning unless `gracefully`. Its data stays. */
  async stop({gracefully = false}: {readonly gracefully?: boolean} = {}): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
    child.kill(gracefully ? 'SIGTERM' : 'SIGKILL')
    await exited
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Ends the process and begins anew without data, as after a restore from an old backup. */
  async restartEmpty(): Promise<void> {
    await this.stop()
    await rm(join(this.directory, 'data'), {recursive: true, force: true})
    await this.start()
  }

  /** Stops the process from running, as an overloaded or paused machine would, until `thaw`; resolves when it stands still. */
  async freeze(): Promise<void> {
    const pid = this.#process?.pid
    if (pid === undefined) throw new Error('etcd does not run')
    process.kill(pid, 'SIGSTOP')
    for (const until = performance.now() + 5000; !(await isStopped(pid)); await sleep(1))
      if (performance.now() > until) throw new Error('etcd was not stopped within 5 s')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Ends the process and removes its data. */
  async remove(): Promise<void> {
    await this.stop()
    await rm(this.directory, {recursive: true, force: true})
  }
}

/** Should the test process end without its `afterAll`, no etcd stays behind. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Whether all threads of a process are stopped, proc(5): a signal does not reach them all at once. */
async function isStopped(pid: number): Promise<boolean> {
  const tasks = await readdir(`/proc/${pid}/task`)
  const states = await Promise.all(tasks.map(async task => await readFile(`/proc/${pid}/task/${task}/status`, 'utf8')))
  return states.every(text => /^State:\s+T/m.test(text))
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, {signal: AbortSignal.timeout(1000)})
    return answer.ok && (await answer.text()).includes('"true"')
  } catch {
    return false
  }
}

/** Ports nobody listens on, all open at once while they are chosen so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      {length: count},
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer()
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  return await Promise.all(
    servers.map(
      server =>
        new Promise<number>(resolve => {
          const address = server.address()
          server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
        }),
    ),
  )
}
