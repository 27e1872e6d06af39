import {spawn} from 'node:child_process'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal | undefined
  /** After this long it is ended, with all that it started in its group. */
  readonly timeoutMilliseconds?: number
  readonly input?: string
  /** Called with each piece of stdout as it comes. */
  readonly onOutput?: (text: string) => void
}

/** Between the signal that asks to end and the one that does not ask. */
const patienceMilliseconds = 5_000

/** The PATH of this process, and the places of daemons behind it. */
export const environment: NodeJS.ProcessEnv = {...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`}

/**
 * Runs a program in a group of its own, so that ^C in the terminal reaches only us, and resolves with how it ended; one that a
 * signal ended has code -1. Throws when it cannot be started, is not done within its time (60 s), or the signal aborts.
 */
export function execute(words: readonly string[], options: ExecuteOptions = {}): Promise<Outcome> {
  const [program = '', ...args] = words
  const {signal, timeoutMilliseconds = 60_000} = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: environment})
    const said = {stdout: '', stderr: ''}
    let broken: unknown
    const stop = (reason: unknown) => {
      broken ??= reason
      endGroup(child.pid ?? 0, 'SIGTERM')
      setTimeout(() => endGroup(child.pid ?? 0, 'SIGKILL'), patienceMilliseconds).unref()
    }
    const onAbort = () => stop(signal?.reason)
    const late = setTimeout(
      () => stop(new Error(`not done within ${timeoutMilliseconds / 1000} s: ${words.join(' ')}`)),
      timeoutMilliseconds,
    )
    signal?.addEventListener('abort', onAbort, {once: true})
    child.stdout.setEncoding('utf8').on('data', text => {
      said.stdout += text
      options.onOutput?.(text)
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      said.stderr += text
    })
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    child.once('error', error => {
      broken ??= error
    })
    child.once('close', code => {
      clearTimeout(late)
      signal?.removeEventListener('abort', onAbort)
      if (broken === undefined) resolve({code: code ?? -1, ...said})
      else reject(broken)
    })
  })
}

/** As `execute`, for a program that must succeed: its stdout. Throws with what it said otherwise. */
export async function mustExecute(words: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const {code, stdout, stderr} = await execute(words, options)
  if (code === 0) return stdout
  const said = (stderr || stdout).trimEnd().split('\n').slice(-15).join('\n')
  throw new Error(`exit ${code}: ${words.join(' ').slice(0, 300)}\n${said}`)
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid === 0) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
