import {spawn} from 'node:child_process'

export interface ProcessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** After which it is killed. */
  readonly timeoutSeconds: number
  /** How many lines it must print. */
  readonly lines?: number | undefined
}

/**
 * Runs a program to its end and answers how long the whole process took, in milliseconds. Throws with what it printed when it
 * fails or takes longer than it may.
 */
export async function timeProcess(command: readonly string[], options: ProcessOptions): Promise<number> {
  const [program = '', ...words] = command
  const patience = AbortSignal.timeout(options.timeoutSeconds * 1000)
  const begun = performance.now()
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.environment,
    signal: AbortSignal.any([options.signal, patience]),
    killSignal: 'SIGKILL',
  })
  const printed: Buffer[] = []
  let lines = 0
  child.stdout.on('data', (chunk: Buffer) => {
    printed.push(chunk)
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++
  })
  child.stderr.on('data', chunk => printed.push(chunk))
  const {promise: ended, resolve, reject} = Promise.withResolvers<string | number>()
  child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'))
  const how = await ended.catch(error => (patience.aborted ? `no end within ${options.timeoutSeconds} s` : Promise.reject(error)))
  const took = performance.now() - begun
  if (how === 0 && options.lines !== undefined && lines !== options.lines)
    throw new Error(`${command.join(' ')} printed ${lines} lines, not ${options.lines}`)
  if (how === 0) return took
  throw new Error(`${command.join(' ')} ended with ${how}:\n${Buffer.concat(printed).toString().slice(-2000)}`)
}

const newline = 10
