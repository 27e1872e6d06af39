import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {encode} from '../../src/lib/cluster/codec.ts'
import {machineSettingsSchema} from '../../src/lib/cluster/model.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {agentFlags, root} from '../ctl.ts'
import type {BenchEtcd} from './with-etcd.ts'

/** An agent that leads: the program as it is built, in a process of its own. */
export interface Leader {
  longestPause(): Promise<Pause>
}

/** The longest pauses of two event loops since they were asked last, in milliseconds. */
export interface Pause {
  readonly leader: number
  /** Of a node process that does nothing: so long this machine lets anybody wait. */
  readonly idle: number
}

/** Calls `use` once an agent that runs nothing leads the cluster; ends it whatever happens. */
export async function withLeader<T>(etcd: BenchEtcd, signal: AbortSignal, use: (leader: Leader) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'meissa-bench-leader-'))
  await cordon(etcd)
  const child = startAgent(etcd.endpoint, home)
  const idle = startIdle()
  const printed: string[] = []
  child.stderr?.on('data', chunk => printed.push(String(chunk)))
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  try {
    await untilLeading(etcd, child, printed, signal)
    return await use({longestPause: async () => ({leader: await askPause(child), idle: await askPause(idle)})})
  } finally {
    idle.kill('SIGKILL')
    child.kill('SIGTERM')
    const late = new AbortController()
    await Promise.race([ended, delay(endMilliseconds, undefined, {signal: late.signal}).then(() => child.kill('SIGKILL'))])
    late.abort()
    await ended
    await rm(home, {recursive: true, force: true})
  }
}

const machine = 'bench-leader'
const startMilliseconds = 60_000
const endMilliseconds = 20_000

/** Nothing is to be placed on the leader's own machine. */
async function cordon({store}: BenchEtcd): Promise<void> {
  const value = encode(machineSettingsSchema, {cordoned: true})
  await store.commit([], [{kind: 'put', key: keys.machineSettings(machine), value}])
}

const preload = fileURLToPath(new URL('./loop-delay.ts', import.meta.url))

function startIdle(): ChildProcess {
  return spawn(process.execPath, ['--import', preload, '-e', 'setInterval(() => {}, 10)'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

function startAgent(endpoint: string, home: string): ChildProcess {
  const words = [
    ...[...agentFlags, '--import', preload, `${root}dist/ctl.cjs`, 'agent'],
    ...['--machine-id', machine, '--driver', 'noop', '--state-dir', home],
    ...['--address', '127.0.0.1', '--environment-file', 'none', '--log-level', 'warning'],
    ...['--api-socket', 'none'],
  ]
  const own = Object.entries(process.env).filter(([name]) => !/^(ETCD)?CTL_/.test(name))
  const environment = {...Object.fromEntries(own), CTL_ENDPOINTS: endpoint, HOME: home}
  return spawn(process.execPath, words, {stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: environment})
}

async function untilLeading({store}: BenchEtcd, child: ChildProcess, printed: readonly string[], signal: AbortSignal) {
  for (const until = performance.now() + startMilliseconds; ; await delay(50, undefined, {signal})) {
    if ((await store.get([keys.leader], {signal})).entries.length > 0) return
    if (child.exitCode !== null || performance.now() > until) throw new Error(`the agent does not lead:\n${printed.join('')}`)
  }
}

function askPause(child: ChildProcess): Promise<number> {
  const {promise, resolve, reject} = Promise.withResolvers<number>()
  child.once('message', answer => resolve(Number(answer)))
  child.send('pause?', error => {
    if (error !== null) reject(error)
  })
  return promise
}
