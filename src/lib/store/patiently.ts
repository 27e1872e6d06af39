import {UnreachableError} from '../base/errors.ts'
import {Backoff} from './backoff.ts'

/** Reads until the store can be reached; undefined when the signal aborts. Throws what else goes wrong. */
export async function patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const backoff = new Backoff()
  while (!signal.aborted) {
    try {
      return await read()
    } catch (thrown) {
      if (signal.aborted) return undefined
      if (!(thrown instanceof UnreachableError)) throw thrown
    }
    await backoff.wait(signal)
  }
  return undefined
}
