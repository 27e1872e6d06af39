import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {messageOf, NotFoundError} from '../base/errors.ts'

/**
 * Runs a command on this terminal with more in its environment and resolves with its exit code, 128 + n for a signal.
 * A signal that asks us to end is passed on to it; ^C in a terminal has reached it already.
 */
export async function runCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {stdio: 'inherit', env: {...process.env, ...environment}})
  const pass = () => void child.kill('SIGTERM')
  if (!process.stdin.isTTY) signal.addEventListener('abort', pass, {once: true})
  try {
    return await new Promise((resolve, reject) => {
      child.once('exit', (code, ended) => resolve(code ?? 128 + (ended === null ? 0 : constants.signals[ended])))
      child.once('error', error => reject(new NotFoundError(`cannot run ${program}: ${messageOf(error)}`, {cause: error})))
    })
  } finally {
    signal.removeEventListener('abort', pass)
  }
}
