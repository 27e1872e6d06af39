import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {agentFlags} from '../ctl.ts'
import type {BenchEtcd} from './with-etcd.ts'

/** Calls `use` once so many agents are registered, several hundred in a process; ends them whatever happens. */
export async function withAgents<T>(
  {endpoint}: BenchEtcd,
  {count, processes, signal}: {readonly count: number; readonly processes: number; readonly signal: AbortSignal},
  use: () => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-bench-agents-'))
  const share = Math.ceil(count / processes)
  const firsts = Array.from({length: processes}, (_, index) => index * share)
  const children = firsts.map(first => startAgents([endpoint, first, Math.min(share, count - first), directory].map(String)))
  try {
    await Promise.all(children.map(child => untilReady(child, signal)))
    return await use()
  } finally {
    await Promise.all(children.map(end))
    await rm(directory, {recursive: true, force: true})
  }
}

const readyMilliseconds = 180_000
const endMilliseconds = 20_000

function startAgents(words: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL('./agents-process.ts', import.meta.url))
  return spawn(process.execPath, [...agentFlags, program, ...words], {stdio: ['ignore', 'pipe', 'inherit']})
}

async function untilReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(readyMilliseconds)])
  const {promise, resolve, reject} = Promise.withResolvers<void>()
  const giveUp = () => reject(patience.reason)
  child.stdout?.once('data', () => resolve())
  child.once('error', reject).once('exit', code => reject(new Error(`a process of agents ended with ${code}`)))
  patience.addEventListener('abort', giveUp)
  await promise.finally(() => patience.removeEventListener('abort', giveUp))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = new AbortController()
  const killed = delay(endMilliseconds, undefined, {signal: late.signal}).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await ended
  late.abort()
  await killed
}
