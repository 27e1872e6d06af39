import {type ChildProcess, execFile, spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {promisify} from 'node:util'
import {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {defaultDockerHost} from '../../src/lib/drivers/docker/endpoint.ts'
import {until} from './until.ts'

/** A Docker Engine for tests. */
export interface DockerDaemon {
  /** As DOCKER_HOST. */
  readonly host: string
  /** Leaves a daemon that was found alone; ends an own one and removes all it had. */
  close(): Promise<void>
}

/** The daemon of DOCKER_HOST or of Docker's default socket; where neither answers, an own one. */
export async function openDocker(): Promise<DockerDaemon> {
  const found = process.env.DOCKER_HOST || defaultDockerHost
  if (await answers(found)) return {host: found, close: async () => {}}
  return startDocker()
}

/** A daemon with sockets and data of its own in a temporary directory. */
export class OwnDocker implements DockerDaemon {
  readonly host: string
  readonly #directory: string
  #process: ChildProcess | undefined
  /** Its containers may still run. */
  #killed = false

  constructor(directory: string) {
    this.#directory = directory
    this.host = `unix://${join(directory, 'sock')}`
    // Also when the test's process ends without close().
    process.once('exit', () => this.#process?.kill('SIGTERM'))
  }

  /** Does nothing when it runs. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return
    // A killed daemon's containerd dies with it, but its pid file stays and may name a process by now another's.
    await rm(join(this.#directory, 'exec/containerd/containerd.pid'), {force: true})
    const at = (name: string) => join(this.#directory, name)
    const log = openSync(at('log'), 'a')
    const options = {'--data-root': at('data'), '--exec-root': at('exec'), '--pidfile': at('pid'), '--host': this.host}
    // A daemon that writes iptables rules begins by removing those of the other daemons on this host.
    const started = spawn('dockerd', ['--iptables=false', ...Object.entries(options).flat()], {stdio: ['ignore', log, log]})
    closeSync(log)
    this.#process = started
    const failed = new Promise<never>((_, reject) => {
      started.once('error', reject).once('exit', code => reject(new Error(`it exited with ${code}`)))
    })
    // The daemon's end is awaited by stop() as well.
    failed.catch(() => {})
    await Promise.race([until('dockerd answers', () => answers(this.host)), failed]).catch(async cause => {
      throw new Error(`dockerd did not start: ${(await readFile(at('log'), 'utf8')).slice(-2_000)}`, {cause})
    })
  }

  /** A daemon that comes back ends what one that was killed has left. */
  async #endContainers(): Promise<void> {
    await this.start()
    await this.stop()
  }

  /** Ends the daemon, and with it the containers; its data stay. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise(resolve => running.once('exit', resolve))
    this.#killed = signal === 'SIGKILL'
    running.kill(signal)
    const patience = new AbortController()
    await Promise.race([ended, setTimeout(20_000, undefined, {signal: patience.signal}).then(() => running.kill('SIGKILL'))])
    await ended
    patience.abort()
  }

  async close(): Promise<void> {
    await this.stop()
    if (this.#killed) await this.#endContainers()
    await unmountUnder(this.#directory)
    await rm(this.#directory, {recursive: true, force: true, maxRetries: 2})
  }
}

/** dockerd leaves the network namespace of the host's own network mounted, and more when it is killed. */
async function unmountUnder(directory: string): Promise<void> {
  const mounted = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map(line => line.split(' ')[1] ?? '')
  const under = mounted.filter(path => path.startsWith(`${directory}/`)).sort((a, b) => b.length - a.length)
  for (const path of under) await promisify(execFile)('umount', ['--lazy', path])
}

/** Starts a daemon of the test's own; what a failed start left is removed. */
export async function startDocker(): Promise<OwnDocker> {
  const docker = new OwnDocker(await mkdtemp(join(tmpdir(), 'meissa-docker-')))
  try {
    await docker.start()
    return docker
  } catch (error) {
    await docker.close()
    throw error
  }
}

async function answers(host: string): Promise<boolean> {
  const client = new DockerClient(host)
  try {
    await client.json('GET', '/info', {signal: AbortSignal.timeout(5_000)})
    return true
  } catch {
    return false
  } finally {
    client.close()
  }
}
