import type {Duplex} from 'node:stream'
import type {Client, ClientChannel, ExecOptions, PseudoTtyOptions} from 'ssh2'
import {messageOf, UnreachableError, UsageError} from '../../base/errors.ts'
import type {Host, HostProcess, RunOptions} from '../host.ts'
import {channelProcess} from './channel-process.ts'
import {goesOn} from './log-in.ts'
import {quoteWords} from './quote.ts'

export interface SshConnection {
  readonly name: string
  readonly client: Client
  readonly socket: Duplex
  /** Whether there is an agent that could be let through. */
  readonly hasAgent: boolean
  /** What ssh_config says: a shell is given the agent unless told. */
  readonly forwardsAgent: boolean
  /** What the connection goes through, closed with it. */
  readonly beneath: Host | undefined
}

/** A host by an ssh connection that stands. */
export class SshHost implements Host {
  readonly name: string
  readonly lost: AbortSignal
  private readonly connection: SshConnection
  private closed = false

  constructor(connection: SshConnection) {
    this.name = connection.name
    this.connection = connection
    this.lost = watchLoss(connection, () => this.closed)
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<HostProcess> {
    return this.start(quoteWords(words), {...options, forwardAgent: options.forwardAgent ?? false})
  }

  shell(command: string | undefined, options: RunOptions = {}): Promise<HostProcess> {
    const {hasAgent, forwardsAgent} = this.connection
    return this.start(command, {...options, forwardAgent: options.forwardAgent ?? (hasAgent && forwardsAgent)})
  }

  async openSocket(path: string, signal?: AbortSignal): Promise<Duplex> {
    return this.open((client, done) => client.openssh_forwardOutStreamLocal(path, done), asItIs, {to: path, signal})
  }

  async openTcp(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    const to = `${host}:${port}`
    return this.open((client, done) => client.forwardOut('127.0.0.1', 0, host, port, done), asItIs, {to, signal})
  }

  close(): void {
    this.closed = true
    const {client, socket, beneath} = this.connection
    client.end()
    if ('destroySoon' in socket && typeof socket.destroySoon === 'function') socket.destroySoon()
    else socket.destroy()
    beneath?.close()
  }

  private async start(command: string | undefined, options: RunOptions): Promise<HostProcess> {
    const {terminal, forwardAgent, signal} = options
    if (forwardAgent && !this.connection.hasAgent) {
      throw new UsageError('there is no ssh agent to forward', {hint: 'start one: eval "$(ssh-agent)" and ssh-add'})
    }
    const pty: PseudoTtyOptions | undefined = terminal && {term: terminal.term, cols: terminal.columns, rows: terminal.rows}
    const given: ExecOptions & {readonly agentForward: boolean} = {
      agentForward: forwardAgent === true,
      ...(pty === undefined ? {} : {pty}),
    }
    const process = await this.open(
      (client, done) => {
        if (command === undefined) client.shell(pty ?? false, given, done)
        else client.exec(command, given, done)
      },
      channel => {
        if (terminal !== undefined) channel.stderr.resume()
        return channelProcess(channel, this)
      },
      {signal},
    )
    if (signal === undefined) return process
    const stop = () => process.abandon(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, {once: true})
    process.ended.finally(() => signal.removeEventListener('abort', stop)).catch(() => {})
    return process
  }

  /** Opens a channel. `take` is called at once: what the channel tells may already be on its way. */
  private open<T>(
    request: (client: Client, done: (error: Error | undefined, channel: ClientChannel) => void) => void,
    take: (channel: ClientChannel) => T,
    {to, signal}: {readonly to?: string; readonly signal: AbortSignal | undefined},
  ): Promise<T> {
    signal?.throwIfAborted()
    this.lost.throwIfAborted()
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(signal?.reason)
      signal?.addEventListener('abort', giveUp, {once: true})
      const refuse = (error: unknown) => reject(this.lost.aborted ? this.lost.reason : this.refused(error, to))
      const done = (error: Error | undefined, channel: ClientChannel) => {
        signal?.removeEventListener('abort', giveUp)
        if (error) refuse(error)
        else if (signal?.aborted) channel.destroy()
        else resolve(take(channel))
      }
      try {
        request(this.connection.client, done)
      } catch (error) {
        refuse(error)
      }
    })
  }

  private refused(error: unknown, to: string | undefined): Error {
    const why = messageOf(error).replace(/^\(SSH\) Channel open failure: /, '')
    if (to === undefined) return new UnreachableError(`${this.name} starts nothing: ${why}`, {cause: error})
    // RFC 4254, 5.1. Of unix sockets sshd says only that it could not be done, be it that it may not.
    const isForbidden = error instanceof Error && 'reason' in error && error.reason === 1
    const lookAt = 'sshd_config(5): AllowTcpForwarding, AllowStreamLocalForwarding'
    return new UnreachableError(`${this.name}: no connection to ${to}: ${isForbidden ? 'its sshd does not allow that' : why}`, {
      hint: isForbidden ? lookAt : `is ${to} there, open to this user, and allowed (${lookAt})?`,
      cause: error,
    })
  }
}

function asItIs(channel: ClientChannel): ClientChannel {
  return channel
}

/** Aborts when the connection breaks that nobody closed. */
function watchLoss({name, client, socket}: SshConnection, isClosed: () => boolean): AbortSignal {
  const loss = new AbortController()
  let why: string | undefined
  client.on('error', error => {
    if (goesOn(error)) return
    why ??= error.message === 'Keepalive timeout' ? 'it has not answered for 15s' : error.message
    socket.destroy()
  })
  client.once('close', () => {
    if (!isClosed()) loss.abort(new UnreachableError(`the connection to ${name} is lost: ${why ?? 'the host closed it'}`))
  })
  return loss.signal
}
