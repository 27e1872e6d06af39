import {constants} from 'node:os'
import type {ClientChannel} from 'ssh2'
import {UnreachableError} from '../../base/errors.ts'
import type {HostProcess, ProcessEnd} from '../host.ts'

/** A program at the other end of a channel, which can be given up. */
export interface ChannelProcess extends HostProcess {
  /**
   * Asks it to end and closes the channel: `ended` rejects with the reason, whatever becomes of the program. (sshd confirms the
   * close of a channel only when its program has ended, and passes signals on only for users that are not root, before 9.8.)
   */
  abandon(reason: unknown): void
}

/** A program at the other end of a channel. `lost` says why it is gone when the connection is. */
export function channelProcess(
  channel: ClientChannel,
  host: {readonly name: string; readonly lost: AbortSignal},
): ChannelProcess {
  const {promise: ended, resolve, reject} = Promise.withResolvers<ProcessEnd>()
  let end: ProcessEnd | undefined
  channel.on('exit', (code: number | null, signal?: string) => {
    end = code === null ? endBySignal(signal ?? '') : {code}
  })
  channel.once('close', () => {
    if (end !== undefined) resolve(end)
    else if (host.lost.aborted) reject(host.lost.reason)
    else reject(new UnreachableError(`${host.name} closed the connection before the program had ended`))
  })
  ended.catch(() => {})
  // What is written to a program that has ended is nobody's trouble.
  channel.on('error', () => {})
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    resize: ({columns, rows}) => channel.setWindow(rows, columns, 0, 0),
    kill: signal => {
      channel.signal(signal)
      if (signal !== 'KILL') return
      channel.close()
      resolve(endBySignal('KILL'))
    },
    abandon: reason => {
      channel.signal('TERM')
      channel.close()
      reject(reason)
    },
  }
}

/** As a shell counts it; an unknown signal as 255, ssh's own word for what cannot be said. */
function endBySignal(named: string): ProcessEnd {
  const name = named.replace(/^SIG/, '')
  const number = Object.entries(constants.signals).find(([known]) => known === `SIG${name}`)?.[1]
  return {code: number === undefined ? 255 : 128 + number, signal: name}
}
