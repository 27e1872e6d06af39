import {Agent, type ClientRequestArgs} from 'node:http'
import {Duplex} from 'node:stream'

/** Opens a connection to Docker. Throws UnreachableError when there is none to be had. */
export type Dial = () => Promise<Duplex>

/** Takes its connections from a dial, and keeps them alive. They need not be sockets of this machine. */
export class DialAgent extends Agent {
  readonly #dial: Dial

  constructor(dial: Dial) {
    super({keepAlive: true})
    this.#dial = dial
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    this.#dial().then(
      stream => callback?.(null, likeSocket(stream)),
      // The stream beside an error is not looked at.
      (error: Error) => callback?.(error, new Duplex()),
    )
    return undefined
  }
}

/** What an agent calls of the connections that it keeps, and a stream through another host need not have. */
const socketMethods = ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'] as const

function likeSocket(stream: Duplex): Duplex {
  const nothing = {value: () => stream, configurable: true}
  for (const name of socketMethods) if (!(name in stream)) Object.defineProperty(stream, name, nothing)
  return stream
}
