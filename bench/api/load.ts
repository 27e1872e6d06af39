import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'

/** Milliseconds from when a request was due to when its answer was whole. */
export interface LoadReport {
  /** Answers a second. */
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly failures: readonly string[]
}

export interface Load {
  readonly paths: readonly string[]
  /** Requests a second. */
  readonly rate: number
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Puts a load on a server at a unix socket, from a process of its own. Throws when a request fails. */
export async function load(socketPath: string, {paths, rate, seconds, signal}: Load): Promise<LoadReport> {
  const program = fileURLToPath(new URL('./load-process.ts', import.meta.url))
  const words = [program, socketPath, String(rate), String(seconds), ...paths]
  const {stdout} = await promisify(execFile)(process.execPath, words, {signal, timeout: (seconds + 60) * 1000})
  const report: LoadReport = JSON.parse(stdout)
  if (report.failures.length > 0) throw new Error(`requests failed: ${report.failures.slice(0, 3).join('; ')}`)
  return report
}
