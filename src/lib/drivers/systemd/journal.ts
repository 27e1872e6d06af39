import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {type Run, StepError} from '../driver.ts'

/**
 * The last lines in the journal of a unit since it was started (milliseconds since the epoch; absent: of all its starts), its
 * own and what systemd says of it, oldest first. Throws StepError.
 */
export async function journalLines(
  {unit, startedAt}: Pick<Run, 'unit' | 'startedAt'>,
  count: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (count === 0) return []
  const since = startedAt === undefined ? [] : ['--since', `@${(startedAt / 1000).toFixed(3)}`]
  try {
    // What was said a moment ago is still on its way into the journal.
    await journalctl(['--sync'], signal).catch(() => {})
    const said = await journalctl(['--unit', unit, ...since, '--lines', String(count), '--output', 'cat'], signal)
    return said.split('\n').slice(0, -1)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new StepError(`journalctl cannot read the journal of ${unit}`, {retryable: true, cause})
  }
}

async function journalctl(words: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const {stdout} = await promisify(execFile)('journalctl', ['--no-pager', '--quiet', ...words], {
    maxBuffer: 16 * 1024 * 1024,
    timeout: patienceMilliseconds,
    ...(signal === undefined ? {} : {signal}),
  })
  return stdout
}

const patienceMilliseconds = 10_000
