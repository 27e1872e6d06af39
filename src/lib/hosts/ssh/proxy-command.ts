import {spawn} from 'node:child_process'
import {Duplex} from 'node:stream'
import {messageOf, UnreachableError} from '../../base/errors.ts'

/**
 * The connection that a ProxyCommand of ssh_config(5) makes: what it reads and writes. The user's shell runs it, what it has to say goes
 * to our stderr, and it is told to end when the stream is over. One that fails breaks the stream with UnreachableError.
 */
export function openProxyCommand(command: string, label: string): Duplex {
  const fault = (how: string) =>
    new UnreachableError(`no ssh connection to ${label}: ${how}`, {hint: `its ProxyCommand: ${command}`})
  const child = spawn(process.env.SHELL || '/bin/sh', ['-c', `exec ${command}`], {stdio: ['pipe', 'pipe', 'inherit']})
  // What is written to a command that has ended is nobody's trouble: its end is told.
  child.stdin.on('error', () => {})
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => child.stdout.resume(),
    write: (chunk, _, done) => void child.stdin.write(chunk, () => done()),
    final: done => void child.stdin.end(() => done()),
    destroy: (error, done) => {
      child.kill('SIGHUP')
      done(error)
    },
  })
  child.stdout.on('data', chunk => {
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child
    .once('error', error => stream.destroy(fault(`its ProxyCommand cannot be started: ${messageOf(error)}`)))
    .once('close', (code, signal) => {
      if (code === 0) stream.push(null)
      else stream.destroy(fault(`its ProxyCommand ended with ${signal ?? `exit code ${code}`}`))
    })
  return stream
}
