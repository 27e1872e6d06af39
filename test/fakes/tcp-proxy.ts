import {createConnection, createServer, type Server, type Socket} from 'node:net'

/** Stands between a client and a server on loopback, to cut their connections and to swallow what they say. */
export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>()
  /** Bytes from the client are dropped. */
  swallowRequests = false
  /** Bytes from the server are dropped. */
  swallowAnswers = false
  /** Bytes from the server are passed on so much later. */
  delayAnswersMs = 0
  /** Of the bytes from the server so many are passed on in a second. */
  answersPerSecond = Number.POSITIVE_INFINITY

  constructor(server: Server, targetPort: number) {
    this.#server = server
    server.on('connection', client => this.#join(client, createConnection(targetPort, '127.0.0.1')))
  }

  get endpoint(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  /** Breaks all connections; new ones are let through unharmed. */
  cut(): void {
    this.swallowRequests = false
    this.swallowAnswers = false
    for (const pair of [...this.#pairs]) for (const socket of pair) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.cut()
    await closed
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const
    this.#pairs.add(pair)
    client.on('data', chunk => this.swallowRequests || server.write(chunk))
    server.on('data', chunk => {
      if (this.swallowAnswers) return
      if (this.answersPerSecond < Number.POSITIVE_INFINITY) {
        server.pause()
        setTimeout(() => server.resume(), (chunk.length / this.answersPerSecond) * 1000)
      }
      if (this.delayAnswersMs === 0) client.write(chunk)
      else setTimeout(() => client.destroyed || client.write(chunk), this.delayAnswersMs)
    })
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#pairs.delete(pair)
        client.destroy()
        server.destroy()
      })
    }
  }
}

/** Opens a proxy to a port of 127.0.0.1. */
export async function openProxy(targetPort: number): Promise<TcpProxy> {
  const server = createServer()
  const proxy = new TcpProxy(server, targetPort)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return proxy
}
