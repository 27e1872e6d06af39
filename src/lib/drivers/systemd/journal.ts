import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {StepError} from '../driver.ts'

/**
 * The last lines in the journal of one start of a unit, its own and what systemd says of it, oldest first; of all its starts
 * where the invocation is not known. Throws StepError.
 */
export async function journalLines(
  {unit, invocation}: {readonly unit: string; readonly invocation: string | undefined},
  count: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (count === 0) return []
  const which =
    invocation === undefined ? ['--unit', unit] : [`_SYSTEMD_INVOCATION_ID=${invocation}`, '+', `INVOCATION_ID=${invocation}`]
  const words = [...which, '--lines', String(count), '--output', 'cat', '--no-pager', '--quiet']
  try {
    const {stdout} = await promisify(execFile)('journalctl', words, {
      maxBuffer: 16 * 1024 * 1024,
      ...(signal === undefined ? {} : {signal}),
    })
    return stdout.split('\n').slice(0, -1)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new StepError(`journalctl cannot read the journal of ${unit}`, {retryable: true, cause})
  }
}
