import {fileURLToPath} from 'node:url'
import {timeProcess} from './timed-process.ts'

/** Runs ctl as an operator would: the whole process, by its launcher. */
export interface CtlRunner {
  /** The words that start ctl. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds that the process took. Throws when it fails, or prints another number of lines than it is to. */
  readonly time: (words: readonly string[], more?: Timing) => Promise<number>
  /** The same for Node running nothing: the least that a program of Node can take. */
  readonly timeBareNode: () => Promise<number>
}

export interface Timing {
  readonly environment?: Readonly<Record<string, string>>
  readonly lines?: number
}

/** What bin/ctl tells Node of an agent: where one is started without it, or what a leader does is done by itself. */
export const agentFlags: readonly string[] = ['--min-semi-space-size=8', '--v8-pool-size=2']

/** Where the program, its launcher and its build stand. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * A ctl that keeps its compiled code in the given directory and hears nothing of clusters in this environment, nor of what Node is to do
 * at every start: to read a thousand certificates takes as long as to start.
 */
export function ctlRunner(cacheDirectory: string, signal: AbortSignal): CtlRunner {
  const own = Object.entries(process.env).filter(([name]) => !/^(ETCDCTL|CTL|NODE)_/.test(name))
  const environment = {...Object.fromEntries(own), XDG_CACHE_HOME: cacheDirectory}
  const command = [`${root}bin/ctl`]
  const options = {signal, timeoutSeconds: 120}
  return {
    command,
    environment,
    time: (words, more = {}) =>
      timeProcess([...command, ...words], {...options, environment: {...environment, ...more.environment}, lines: more.lines}),
    timeBareNode: () => timeProcess([process.execPath, '-e', '0'], {...options, environment}),
  }
}
