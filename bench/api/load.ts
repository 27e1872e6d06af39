import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {text} from 'node:stream/consumers'
import {fileURLToPath} from 'node:url'

/** Milliseconds from when a request was due to when its answer was whole. */
export interface LoadReport {
  /** Answers a second. */
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** How late 99 of 100 requests were sent at most: what of the times above is the generator's own. */
  readonly late: number
  readonly failures: readonly string[]
}

export interface Load {
  readonly paths: readonly string[]
  /** Requests a second. */
  readonly rate: number
  /** Counted ones, after those that warm up. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly signal: AbortSignal
}

/** Puts a load on a server at a unix socket, from a process of its own. Throws when a request fails. */
export async function load(socketPath: string, {paths, rate, seconds, warmUpSeconds, signal}: Load): Promise<LoadReport> {
  const program = fileURLToPath(new URL('./load-process.ts', import.meta.url))
  const words = [program, socketPath, ...[rate, seconds, warmUpSeconds].map(String), ...paths]
  const bounded = AbortSignal.any([signal, AbortSignal.timeout((warmUpSeconds + seconds + 60) * 1000)])
  const child = spawn(process.execPath, words, {stdio: ['pipe', 'pipe', 'inherit'], signal: bounded, killSignal: 'SIGKILL'})
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')])
  const report: LoadReport = JSON.parse(printed)
  if (report.failures.length > 0) throw new Error(`requests failed: ${report.failures.slice(0, 3).join('; ')}`)
  return report
}
