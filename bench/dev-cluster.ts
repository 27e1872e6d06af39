import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {setTimeout as delay} from 'node:timers/promises'
import type {Bench} from './line.ts'

export interface ClusterOptions {
  readonly machines: readonly string[]
  readonly driver: 'docker' | 'noop'
}

/** A `ctl dev` that runs beside the benchmark. */
export interface DevCluster {
  /** etcd's. */
  readonly endpoint: string
  /** The unix socket of the first machine's API. */
  readonly apiSocket: string
  /** Milliseconds that a ctl on this cluster took. Throws when it fails. */
  readonly ctl: (...words: readonly string[]) => Promise<number>
}

/** Calls `use` with a cluster made for it, every machine registered; takes the cluster away whatever happens. */
export async function withCluster<T>(
  bench: Bench,
  options: ClusterOptions,
  use: (cluster: DevCluster) => Promise<T>,
): Promise<T> {
  const child = startDev(bench, options)
  try {
    const {CTL_ENDPOINTS: endpoint = '', CTL_API_SOCKET: apiSocket = ''} = await printedExports(child, bench.signal)
    return await use({endpoint, apiSocket, ctl: (...words) => bench.ctl.time(words, {environment: {CTL_ENDPOINTS: endpoint}})})
  } finally {
    await end(child)
  }
}

/** In a session of its own, so that ^C reaches it through us alone; told by the kernel to end should we be killed. */
function startDev({ctl}: Bench, {machines, driver}: ClusterOptions): ChildProcess {
  const words = ['dev', '--driver', driver, ...machines.flatMap(name => ['--machine', name])]
  const [program = '', ...rest] = [...tether, ...ctl.command, ...words]
  return spawn(program, rest, {stdio: ['ignore', 'pipe', 'pipe'], env: ctl.environment, detached: true})
}

const tether = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'TERM', '--'] : []

/** The variables that the cluster says to export, once it says that it is up. */
function printedExports(child: ChildProcess, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const {promise, resolve, reject} = Promise.withResolvers<Readonly<Record<string, string>>>()
  const patience = AbortSignal.any([signal, AbortSignal.timeout(startSeconds * 1000)])
  const giveUp = () => reject(patience.reason)
  let printed = ''
  const hear = (chunk: Buffer): void => {
    printed = `${printed}${chunk}`.slice(-10_000)
    const exports = Array.from(printed.matchAll(/export (\w+)=(\S+)\n/g), ([, name = '', value = '']) => [name, value])
    if (printed.includes('^C removes everything.')) resolve(Object.fromEntries(exports))
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  child.once('error', reject).once('exit', () => reject(new Error(`ctl dev ended:\n${printed}`)))
  patience.addEventListener('abort', giveUp)
  if (patience.aborted) giveUp()
  return promise.finally(() => patience.removeEventListener('abort', giveUp))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGINT')
  const late = new AbortController()
  const killed = delay(endSeconds * 1000, undefined, {signal: late.signal}).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await ended
  late.abort()
  await killed
}

const startSeconds = 60
const endSeconds = 60
