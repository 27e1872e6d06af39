import {readFile} from 'node:fs/promises'
import {EnvironmentFileError} from '../../unit/service/environment-text.ts'
import {StepError} from '../driver.ts'

/**
 * What a file of this machine says, by its parser; undefined when there is none. Throws StepError that names the file, and
 * the line where it is not understood; `what` begins the message when it cannot be read.
 */
export async function readMachineFile<T>(what: string, path: string, parse: (text: string) => T): Promise<T | undefined> {
  try {
    return parse(await readFile(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof EnvironmentFileError) throw refusal(`${path}, line ${cause.line}: ${cause.message}`, cause)
    if (cause instanceof SyntaxError) throw refusal(`${path} is not JSON: ${cause.message}`, cause)
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    if (cause.code === 'ENOENT') return undefined
    throw refusal(`${what} ${path} cannot be read: ${cause.message}`, cause)
  }
}

/** As `readMachineFile`, for a file that must be there; `remedy` helps where it is not. */
export async function readNeededFile<T>(
  {what, path, remedy}: {readonly what: string; readonly path: string; readonly remedy: string},
  parse: (text: string) => T,
): Promise<T> {
  const found = await readMachineFile(what, path, parse)
  if (found === undefined) throw refusal(`${what} ${path} cannot be read: there is no such file (ENOENT); ${remedy}`)
  return found
}

function refusal(message: string, cause?: Error): StepError {
  return new StepError(message, {retryable: false, cause})
}
