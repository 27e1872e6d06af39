import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {type Run, StepError} from '../driver.ts'
import {linesOfStart} from './journal-lines.ts'

/**
 * The last lines in the journal of one start of a unit, its own and what systemd says of it, oldest first. Throws
 * StepError.
 */
export async function journalLines({unit, id}: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
  if (count === 0) return []
  const fields = ['--output', 'json', '--output-fields', 'MESSAGE,_SYSTEMD_INVOCATION_ID,INVOCATION_ID']
  try {
    // What was said a moment ago is still on its way into the journal.
    await journalctl(['--sync'], signal).catch(() => {})
    const entries = await journalctl(['--unit', unit, '--lines', String(entriesPerLine * count), ...fields], signal)
    return linesOfStart(entries, id).slice(-count)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new StepError(`journalctl cannot read the journal of ${unit}`, {retryable: true, cause})
  }
}

async function journalctl(words: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const {stdout} = await promisify(execFile)('journalctl', ['--no-pager', '--quiet', ...words], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: patienceMilliseconds,
    ...(signal === undefined ? {} : {signal}),
  })
  return stdout
}

/** Starts before and after may stand among the lines of the one that is asked for. */
const entriesPerLine = 5
const patienceMilliseconds = 10_000
