import type {IncomingHttpHeaders} from 'node:http'

/**
 * What a route of the API gets and gives, as values: the server turns bytes into these and back, and holds every limit.
 */

export const roles = ['read', 'operate', 'admin'] as const
/** What a caller may do: look; change units; change machines and settings too. Each may what the one before may. */
export type Role = (typeof roles)[number]

export interface ApiRequest {
  readonly method: string
  /** The path as it was sent, without the query. */
  readonly path: string
  /** What stood in the place of the `:names` of the route's path, unescaped. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Who asks, for messages: `token jenkins`, `certificate CN=ops`, `uid 1000`, `loopback`. */
  readonly caller: string
  readonly role: Role
  /** Aborts when the caller is gone or the server closes. */
  readonly signal: AbortSignal
  /** The body, whole. Throws HttpError 413 beyond the limit. */
  body(): Promise<Buffer>
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Absent: no body. A stream is sent piece by piece until it ends or the caller goes. */
  readonly body?: string | Buffer | AsyncIterable<string>
  /**
   * Of a stream: what may be sent between two pieces to find out whether the caller is there, and means nothing. A stream that has
   * none ends when its caller sends no more.
   */
  readonly heartbeat?: string
}

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'

export interface Route {
  readonly method: Method
  /** `/fleet/v1/units/:name`. */
  readonly path: string
  /** The least role that may. */
  readonly role: Role
  answer(request: ApiRequest): Promise<Answer>
}

/** Routes below one prefix that tell of errors in one way. */
export interface RouteFamily {
  /** `/fleet/v1`; what no family's prefix matches goes to the family of `/`. */
  readonly prefix: string
  readonly routes: readonly Route[]
  /** Also for what no route answers (404), a method that a path does not have (405), and who may not (401, 403). */
  renderError(error: HttpError): Answer
}

/** An answer that is a refusal; `status` is HTTP's, `hint` what to do next. */
export class HttpError extends Error {
  readonly status: number
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    options: {readonly hint?: string; readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown} = {},
  ) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'HttpError'
    this.status = status
    this.hint = options.hint
    this.headers = options.headers ?? {}
  }
}

export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return {status, headers: {'content-type': 'application/json', ...headers}, body: JSON.stringify(value)}
}
