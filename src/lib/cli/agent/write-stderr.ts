import {writeSync} from 'node:fs'
import {messageOf} from '../../base/errors.ts'

/**
 * Writes to stderr from a thread: what process.stderr takes there goes through the main thread, which has other things to do. Waits
 * where nobody reads; without a reader it is lost.
 */
export function writeStderr(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(2, bytes, at)
    } catch (error) {
      if (!/^EAGAIN\b/.test(messageOf(error))) return
      Atomics.wait(idle, 0, 0, 1)
    }
  }
}

const idle = new Int32Array(new SharedArrayBuffer(4))
