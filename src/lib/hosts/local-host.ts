import {type ChildProcess, spawn} from 'node:child_process'
import {connect, type Socket} from 'node:net'
import {constants, hostname, userInfo} from 'node:os'
import {PassThrough} from 'node:stream'
import {messageOf, UnreachableError} from '../base/errors.ts'
import type {Host, HostProcess, RunOptions} from './host.ts'

/**
 * This very host: programs are started as they are, in the home directory's place and environment of this process. One that
 * wants a terminal gets this process's own, when it has one; then there is nothing to pass on.
 */
export function localHost(): Host {
  const name = hostname()
  return {
    name,
    run: ([program = '', ...words], options) => start(program, words, options),
    shell: (command, options) => {
      const shell = userInfo().shell || '/bin/sh'
      return start(shell, command === undefined ? ['-l'] : ['-c', command], options)
    },
    openSocket: (path, signal) => open(path, () => connect({path, allowHalfOpen: true}), signal),
    openTcp: (host, port, signal) =>
      open(`${host}:${port}`, () => connect({host, port, noDelay: true, allowHalfOpen: true}), signal),
    lost: new AbortController().signal,
    close: () => {},
  }
}

async function start(program: string, words: readonly string[], options: RunOptions = {}): Promise<HostProcess> {
  const {terminal, signal} = options
  signal?.throwIfAborted()
  const hasTerminal = terminal !== undefined && process.stdin.isTTY === true && process.stdout.isTTY === true
  const child = spawn(program, [...words], {stdio: hasTerminal ? 'inherit' : 'pipe'})
  await new Promise<void>((resolve, reject) => {
    child
      .once('spawn', resolve)
      .once('error', error => reject(new UnreachableError(`${program} cannot be started: ${messageOf(error)}`, {cause: error})))
  })
  // What is written to a program that has ended is nobody's trouble.
  child.stdin?.on('error', () => {})
  return {
    stdin: child.stdin ?? new PassThrough().resume(),
    stdout: child.stdout ?? new PassThrough().end(),
    stderr: child.stderr ?? new PassThrough().end(),
    ...(hasTerminal ? {inherited: true} : {}),
    ended: endOf(child, signal),
    resize: () => {},
    kill: name => child.kill(`SIG${name}`),
  }
}

function endOf(child: ChildProcess, signal: AbortSignal | undefined): HostProcess['ended'] {
  const stop = () => child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, {once: true})
  const ended: HostProcess['ended'] = new Promise((resolve, reject) => {
    child.once('close', (code, killer) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) reject(signal.reason)
      else if (killer === null) resolve({code: code ?? 255})
      else resolve({code: 128 + constants.signals[killer], signal: killer.replace(/^SIG/, '')})
    })
  })
  ended.catch(() => {})
  return ended
}

function open(to: string, connecting: () => Socket, signal: AbortSignal | undefined): Promise<Socket> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const socket = connecting()
    const giveUp = () => {
      socket.destroy()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', giveUp, {once: true})
    const refuse = (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', giveUp)
      reject(new UnreachableError(`no connection to ${to}: ${whys[error.code ?? ''] ?? messageOf(error)}`, {cause: error}))
    }
    socket.once('error', refuse).once('connect', () => {
      signal?.removeEventListener('abort', giveUp)
      socket.off('error', refuse)
      resolve(socket)
    })
  })
}

const whys: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nothing listens there',
  EACCES: 'this user may not open it',
  ENOTSOCK: 'it is no socket',
}
