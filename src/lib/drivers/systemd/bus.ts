import {messageOf, UnreachableError} from '../../base/errors.ts'

/** A call of a method on an object of the manager's. */
export interface Call {
  readonly path: string
  readonly interface: string
  readonly member: string
  /** D-Bus types of the body: `ss`, `asbb`. */
  readonly signature?: string
  readonly body?: readonly unknown[]
}

export interface Signal {
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly body: readonly unknown[]
}

/** A refusal, with systemd's name for it: `org.freedesktop.systemd1.NoSuchUnit`. */
export class BusError extends Error {
  readonly dbusName: string

  constructor(dbusName: string, message: string, cause: unknown) {
    super(message, {cause})
    this.name = 'BusError'
    this.dbusName = dbusName
  }
}

/** One connection to systemd. */
export interface Bus {
  /** The values of the answer. Throws BusError for a refusal, UnreachableError when systemd is gone. */
  call(call: Call, signal?: AbortSignal): Promise<unknown>
  /** Aborted once the connection is gone, by either side. */
  readonly gone: AbortSignal
  close(): void
}

/**
 * Connects to systemd's own socket, on which it serves root without a D-Bus daemon, and tells every signal to whoever is
 * connected. Throws UnreachableError where there is none.
 */
export async function openBus(socket: string, heard: (signal: Signal) => void): Promise<Bus> {
  const {createClient, messageType, DBusError, ConnectionClosedError, TimeoutError, AbortError} = await import('dbus-native')
  const gone = new AbortController()
  const client = createClient({socket, direct: true, authMethods: ['EXTERNAL'], returnBigInt: false})
  const {connection} = client
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause?: Error) => {
      gone.abort()
      reject(
        new UnreachableError(`cannot reach systemd at ${socket}: ${cause === undefined ? 'it hung up' : messageOf(cause)}`, {
          hint: 'the agent must run as root on a machine that systemd runs',
          cause,
        }),
      )
    }
    connection.on('connect', () => resolve())
    connection.on('error', refuse)
    connection.on('close', refuse)
  })
  connection.on('message', message => {
    if (message.type !== messageType.signal) return
    const {path, interface: face, member, body} = message
    if (path !== undefined && face !== undefined && member !== undefined)
      heard({path, interface: face, member, body: Array.isArray(body) ? body : []})
  })
  // systemd leaves a message that arrives together with the end of the greeting lying until another one comes.
  for (let knocks = mostKnocks; ; knocks--) {
    try {
      await client.invoke(knock, {timeout: knockMilliseconds})
      break
    } catch (cause) {
      if (cause instanceof TimeoutError && knocks > 0) continue
      void connection.end()
      throw new UnreachableError(`systemd does not answer at ${socket}`, {cause})
    }
  }
  return {
    gone: gone.signal,
    close: () => void connection.end(),
    call: async ({body = [], signature, ...call}, signal) => {
      try {
        const typed = signature === undefined ? {} : {signature, body: [...body]}
        return await client.invoke(
          {...call, ...typed, destination: 'org.freedesktop.systemd1'},
          signal === undefined ? {} : {signal},
        )
      } catch (error) {
        if (error instanceof AbortError) throw signal?.reason ?? error
        if (error instanceof ConnectionClosedError || error instanceof TimeoutError)
          throw new UnreachableError(`systemd did not answer ${call.member}`, {cause: error})
        if (error instanceof DBusError) throw new BusError(error.dbusName ?? '', messageOf(error), error)
        throw error
      }
    },
  }
}

const knock = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.DBus.Peer',
  member: 'Ping',
}
const knockMilliseconds = 50
const mostKnocks = 200
