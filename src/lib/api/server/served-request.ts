import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http'
import {UnreachableError} from '../../base/errors.ts'
import {type ApiRequest, HttpError, type Role} from '../http.ts'
import type {Caller} from './caller.ts'
import type {Limits} from './limits.ts'
import {type Endpoint, parametersOf} from './route-table.ts'

/** What a route is asked with. */
export interface Asked {
  readonly path: string
  readonly query: string
  readonly endpoint: Endpoint
  readonly values: readonly string[]
  readonly caller: Caller
}

/** A request of Node's as a route gets it; what a route may not need is made when it asks for it. */
export class ServedRequest implements ApiRequest {
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly caller: string
  readonly role: Role
  private readonly incoming: IncomingMessage
  private readonly response: ServerResponse
  private readonly limits: Limits
  private readonly queryText: string
  private parsedQuery: URLSearchParams | undefined
  private controller: AbortController | undefined
  private whole: Promise<Buffer> | undefined
  private ended: Error | undefined

  constructor(incoming: IncomingMessage, response: ServerResponse, asked: Asked, limits: Limits) {
    this.method = incoming.method ?? ''
    this.path = asked.path
    this.parameters = parametersOf(asked.endpoint.names, asked.values)
    this.headers = incoming.headers
    this.caller = asked.caller.name
    this.role = asked.caller.role
    this.incoming = incoming
    this.response = response
    this.limits = limits
    this.queryText = asked.query
  }

  get query(): URLSearchParams {
    this.parsedQuery ??= new URLSearchParams(this.queryText)
    return this.parsedQuery
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.ended === undefined && this.response.destroyed) this.ended = callerGone
      if (this.ended !== undefined) this.controller.abort(this.ended)
    }
    return this.controller.signal
  }

  /** The body was asked for. */
  get hasRead(): boolean {
    return this.whole !== undefined
  }

  /** Nobody waits for the answer any more. */
  get hasEnded(): boolean {
    return this.ended !== undefined
  }

  body(): Promise<Buffer> {
    this.whole ??= readBody(this.incoming, this.response, this.limits.bodyBytes)
    return this.whole
  }

  /** Aborts the signal, now and for whoever asks for it later. */
  end(reason: Error): void {
    this.ended ??= reason
    this.controller?.abort(this.ended)
  }
}

export const callerGone: Error = new UnreachableError('the caller is gone')
export const serverClosing: Error = new UnreachableError('the server closes')

/** A request's body, at most so many bytes. Throws HttpError 413 as soon as it is clear that there are more. */
function readBody(request: IncomingMessage, response: ServerResponse, most: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.reject(tooLong(most))
  if (request.headers.expect !== undefined) response.writeContinue()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length <= most) chunks.push(chunk)
      else finish(() => reject(tooLong(most)))
    }
    const done = () => finish(() => resolve(Buffer.concat(chunks, length)))
    const fail = () => finish(() => reject(callerGone))
    const finish = (settle: () => void) => {
      request.off('data', take).off('end', done).off('close', fail)
      settle()
    }
    request.on('data', take).on('end', done).on('close', fail).on('error', ignore)
  })
}

function tooLong(most: number): HttpError {
  return new HttpError(413, `the body is more than ${most} bytes`)
}

function ignore(): void {}
