import type {Duplex} from 'node:stream'
import ssh2, {type Client, type ServerHostKeyAlgorithm} from 'ssh2'
import {CtlError, messageOf, TimeoutError, UnreachableError} from '../../base/errors.ts'
import type {Ask} from './ask.ts'
import {attempts} from './attempts.ts'
import {Deadline} from './deadline.ts'
import type {HostKeyCheck} from './host-keys.ts'
import type {Identities} from './identities.ts'

export interface LoginPlan {
  readonly user: string
  readonly label: string
  readonly identities: Identities
  /** The check of the host's key, told how to ask. */
  readonly hostKey: (ask: Ask | undefined) => Promise<HostKeyCheck>
  readonly ask: Ask | undefined
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
}

/**
 * Opens a stream to the host and logs in over it. The time allowed covers both, without what a person takes to answer. Throws
 * UnreachableError that says what was tried and what to do next; whatever happened, nothing stays open then.
 */
export async function logIn(
  open: (signal: AbortSignal) => Promise<Duplex>,
  plan: LoginPlan,
): Promise<{client: Client; socket: Duplex}> {
  const deadline = new Deadline(plan.timeoutSeconds, `no answer from ${plan.label} within ${plan.timeoutSeconds}s`, plan.signal)
  try {
    const socket = await open(deadline.signal)
    // What goes wrong before anybody else listens.
    socket.on('error', () => {})
    return {client: await handshake(socket, plan, deadline), socket}
  } catch (error) {
    if (plan.signal.aborted) throw plan.signal.reason
    if (error instanceof TimeoutError) {
      throw new UnreachableError(error.message, {
        hint: 'is the host up, and its address the right one? --ssh-timeout gives it longer',
        cause: error,
      })
    }
    throw error
  } finally {
    deadline.stop()
  }
}

async function handshake(socket: Duplex, plan: LoginPlan, deadline: Deadline): Promise<Client> {
  const client = new ssh2.Client()
  const {ask, user, label, identities} = plan
  const pausing: Ask | undefined = ask && ((question, options) => deadline.pausedFor(() => ask(question, options)))
  const tried: string[] = []
  let allowed: readonly string[] = []
  try {
    const hostKey = await plan.hostKey(pausing)
    // What happened to it meanwhile nobody has heard.
    if (socket.errored) throw explain(socket.errored, {...plan, tried, allowed})
    if (socket.destroyed) throw closedEarly(label)
    await new Promise<void>((resolve, reject) => {
      const ways = attempts(
        {user, label, identities, ask: pausing, signal: deadline.signal, tried, onFault: reject},
        () => allowed,
      )
      deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason), {once: true})
      if (deadline.signal.aborted) reject(deadline.signal.reason)
      client
        .once('ready', resolve)
        .on('error', error => {
          if (!goesOn(error)) reject(explain(error, {...plan, tried, allowed}))
        })
        .once('close', () => reject(closedEarly(label)))
        .connect({
          sock: socket,
          username: user,
          ...(identities.agent === undefined ? {} : {agent: identities.agent}),
          ...keyOrder(hostKey.types),
          readyTimeout: 0,
          // Three questions without an answer: some fifteen seconds.
          keepaliveInterval: 5000,
          keepaliveCountMax: 2,
          hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
            hostKey.accept(key, deadline.signal).then(
              () => verify(true),
              error => {
                reject(error)
                verify(false)
              },
            )
          },
          authHandler: (left, _partial, next) => {
            allowed = left ?? ['publickey']
            ways.next().then(({value, done}) => {
              if (done === true) reject(explain(undefined, {...plan, tried, allowed}))
              else next(value)
            }, reject)
          },
        })
    })
    return client
  } catch (error) {
    // Late news of a connection that is being given up.
    client.on('error', () => {})
    socket.destroy()
    throw error
  }
}

function closedEarly(label: string): Error {
  return new UnreachableError(`${label} closed the connection before the login was done`, {
    hint: '`ssh -v` to the same place shows more',
  })
}

/** What ssh2 tells of one way to log in that failed; it takes the next one. */
export function goesOn(error: Error & {readonly level?: string}): boolean {
  return error.level === 'agent' || error.level === 'client-authentication'
}

const rsaAlgorithms = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] as const
const algorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  ...rsaAlgorithms,
]

/** Asks for the keys first that the host is known by, as ssh(1) does: a key of another type would be a new one. */
function keyOrder(types: readonly string[]): {algorithms?: {serverHostKey: ServerHostKeyAlgorithm[]}} {
  const known = algorithms.filter(name => types.includes(name.startsWith('rsa-') ? 'ssh-rsa' : name))
  if (known.length === 0) return {}
  return {algorithms: {serverHostKey: [...known, ...algorithms.filter(name => !known.includes(name))]}}
}

interface Trial {
  readonly user: string
  readonly label: string
  readonly identities: Identities
  readonly ask: Ask | undefined
  readonly tried: readonly string[]
  readonly allowed: readonly string[]
}

/** The failure in words: what was tried, what the server takes, what to do next. */
function explain(error: unknown, {user, label, identities, ask, tried, allowed}: Trial): Error {
  if (error instanceof CtlError) return error
  if (tried.length === 0 && identities.faults.length === 0 && error !== undefined) {
    return new UnreachableError(`no ssh connection to ${label}: ${messageOf(error)}`, {
      hint: '`ssh -v` to the same place shows more',
      cause: error,
    })
  }
  const all = [...tried, ...identities.faults]
  const did = all.length === 0 ? 'there is neither an ssh agent with a key nor a key file' : `tried ${all.join(', ')}`
  const said = error === undefined ? '' : `; ${messageOf(error)}`
  const asked =
    ask === undefined && allowed.some(method => method !== 'publickey') ? ', and on a terminal you would be asked' : ''
  return new UnreachableError(
    `${label} does not let ${user} in: ${did}; the server allows ${allowed.join(', ') || 'nothing'}${said}${asked}`,
    {
      hint: '--ssh-username says who to be, --identity which key to show; `ssh-add -l` lists what the agent has',
      cause: error,
    },
  )
}
