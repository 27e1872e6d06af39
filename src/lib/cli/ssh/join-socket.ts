import {pipeline} from 'node:stream/promises'
import {messageOf, UnreachableError} from '../../base/errors.ts'
import {localHost} from '../../hosts/local-host.ts'

/**
 * Joins this process's stdin and stdout with a unix socket until both have ended. Throws UnreachableError when the socket
 * cannot be opened or breaks.
 */
export async function joinSocket(path: string, signal: AbortSignal): Promise<void> {
  const socket = await localHost().openSocket(path, signal)
  try {
    const there = pipeline(process.stdin, socket, {signal})
    // What is not taken any more need not be sent: the answer is what counts.
    there.catch(() => {})
    await pipeline(socket, process.stdout, {signal, end: false})
  } catch (error) {
    signal.throwIfAborted()
    throw new UnreachableError(`${path}: ${messageOf(error)}`, {cause: error})
  } finally {
    socket.destroy()
  }
}
