import {Agent, type IncomingMessage, request} from 'node:http'
import type {Duplex, Readable} from 'node:stream'
import {UnreachableError} from '../../base/errors.ts'
import {type Dial, DialAgent} from './dial.ts'
import {type Endpoint, parseDockerHost} from './endpoint.ts'
import {DockerError, unreachableDocker} from './errors.ts'
import {textAt} from './json.ts'

export interface DockerRequest {
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON; bytes are sent as they are, as a tar. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

type Method = 'GET' | 'POST' | 'DELETE'

/** The API version asked for where the daemon speaks it: that of Docker 20.10. */
const wantedVersion = '1.41'

/**
 * The Docker Engine API over a Unix socket, TCP or connections that are dialled, which are kept alive. Throws DockerError
 * for what Docker refuses, UnreachableError when Docker is not there, and the signal's reason once it is aborted.
 */
export class DockerClient {
  readonly host: string
  readonly #endpoint: Endpoint | undefined
  readonly #agent: Agent
  #version: string | undefined

  /** `host`: as DOCKER_HOST; with `dial`, which opens connections to it, any name for messages. */
  constructor(host: string, dial?: Dial) {
    this.host = host
    this.#endpoint = dial === undefined ? parseDockerHost(host) : undefined
    this.#agent = dial === undefined ? new Agent({keepAlive: true}) : new DialAgent(dial)
  }

  /** The answer's JSON; undefined when the answer is empty. */
  async json(method: Method, path: string, options: DockerRequest = {}): Promise<unknown> {
    const text = await this.#wholeText(await this.stream(method, path, options), options.signal)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** The answer's bytes as they come. Who takes them reads them to the end or destroys them. */
  async stream(method: Method, path: string, options: DockerRequest = {}): Promise<Readable> {
    this.#version ??= await this.#negotiate(options.signal)
    return this.#accepted(method, `/v${this.#version}${path}`, options)
  }

  /** The connection itself, once Docker has made it a stream in both directions (attach, exec). Who takes it destroys it. */
  async hijack(path: string, options: DockerRequest = {}): Promise<Duplex> {
    this.#version ??= await this.#negotiate(options.signal)
    const headers = {...options.headers, connection: 'Upgrade', upgrade: 'tcp'}
    const answer = await this.#accepted('POST', `/v${this.#version}${path}`, {...options, headers})
    if (answer.statusCode !== 101) throw new DockerError(answer.statusCode ?? 0, 'Docker did not hand over the connection')
    return answer.socket
  }

  /** The daemon's clock in whole seconds since the epoch, never ahead of it. */
  async clockSeconds(signal?: AbortSignal): Promise<number> {
    const answer = await this.#accepted('GET', '/_ping', {signal})
    answer.resume()
    return Math.floor(Date.parse(answer.headers.date ?? '') / 1000) || 0
  }

  close(): void {
    this.#agent.destroy()
  }

  /** `wantedVersion`, or the nearest that the daemon speaks: newer daemons have dropped old versions. */
  async #negotiate(signal: AbortSignal | undefined): Promise<string> {
    const answer: unknown = JSON.parse(await this.#wholeText(await this.#accepted('GET', '/version', {signal}), signal))
    const least = textAt(answer, 'MinAPIVersion') ?? wantedVersion
    const most = textAt(answer, 'ApiVersion') ?? wantedVersion
    if (minor(least) > minor(wantedVersion)) return least
    return minor(most) < minor(wantedVersion) ? most : wantedVersion
  }

  async #accepted(method: Method, path: string, options: DockerRequest): Promise<IncomingMessage> {
    const answer = await this.#answer(method, path, options)
    const status = answer.statusCode ?? 0
    if (status < 400) return answer
    const text = await this.#wholeText(answer, options.signal)
    throw new DockerError(status, messageIn(text) ?? `Docker answered with status ${status}`)
  }

  async #answer(method: Method, path: string, options: DockerRequest): Promise<IncomingMessage> {
    options.signal?.throwIfAborted()
    try {
      return await this.#send(method, path, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      // A kept connection that the daemon closed meanwhile; only what may be done twice is sent again.
      if (error instanceof StaleConnection && method !== 'POST') return this.#answer(method, path, options)
      // What comes back may be another version of Docker.
      this.#version = undefined
      if (error instanceof UnreachableError) throw error
      throw unreachableDocker(this.host, error instanceof StaleConnection ? error.cause : error)
    }
  }

  #send(method: Method, path: string, options: DockerRequest): Promise<IncomingMessage> {
    const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`
    const payload = bytesOf(options.body)
    const headers = {
      host: 'docker',
      'content-type': options.body instanceof Uint8Array ? 'application/x-tar' : 'application/json',
      'content-length': payload.length,
      ...options.headers,
    }
    return new Promise((resolve, reject) => {
      const sent = request(
        {...this.#endpoint, agent: this.#agent, method, path: path + query, headers, ...signalOf(options)},
        resolve,
      )
      sent.on('upgrade', (answer, socket, head) => {
        if (head.length > 0) socket.unshift(head)
        resolve(answer)
      })
      sent.on('error', error => reject(sent.reusedSocket ? new StaleConnection(error) : error))
      sent.end(payload)
    })
  }

  async #wholeText(answer: Readable, signal: AbortSignal | undefined): Promise<string> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of answer) chunks.push(chunk)
    } catch (error) {
      signal?.throwIfAborted()
      throw unreachableDocker(this.host, error)
    }
    return Buffer.concat(chunks).toString()
  }
}

/** A connection that was kept alive on our side only. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, {cause})
  }
}

function signalOf({signal}: DockerRequest): {signal?: AbortSignal} {
  return signal === undefined ? {} : {signal}
}

function bytesOf(body: object | undefined): Uint8Array {
  if (body === undefined) return new Uint8Array()
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
}

function messageIn(text: string): string | undefined {
  try {
    return textAt(JSON.parse(text), 'message')
  } catch (error) {
    if (error instanceof SyntaxError) return text.trim() || undefined
    throw error
  }
}

function minor(version: string): number {
  return Number(version.split('.')[1])
}
