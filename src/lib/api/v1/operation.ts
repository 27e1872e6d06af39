import {type Answer, type ApiRequest, HttpError, type Method, type Role, type Route} from '../http.ts'
import type {Schema} from './schema.ts'

/** A parameter of the query, or a header, as the OpenAPI document tells of it. */
export interface Parameter {
  readonly name: string
  readonly summary: string
  readonly schema: Schema
}

/** What an answer of one status looks like. */
export interface AnswerShape {
  readonly summary: string
  /** By content type; absent: no body. */
  readonly content?: Readonly<Record<string, Schema>>
}

/** One thing that the API does: its route, and everything that is to be said of it. Route and document are made of this. */
export interface Operation {
  /** Unique; what generated clients call it. */
  readonly id: string
  readonly method: Method
  /** `/v1/units/:name`. */
  readonly path: string
  readonly role: Role
  readonly summary: string
  /** What may stand in the query; anything else is refused. */
  readonly query?: readonly Parameter[]
  readonly headers?: readonly Parameter[]
  /** The bodies it takes, by content type. */
  readonly body?: Readonly<Record<string, Schema>>
  /** By HTTP's status, besides the errors that every operation may end in. */
  readonly answers: Readonly<Record<number, AnswerShape>>
  answer(request: ApiRequest): Promise<Answer>
}

/** The route of an operation. It refuses a query that the operation does not know, before anything is done. */
export function routeOf(operation: Operation): Route {
  const known = new Set((operation.query ?? []).map(({name}) => name))
  return {
    method: operation.method,
    path: operation.path,
    role: operation.role,
    answer: request => {
      checkQuery(request.query, known)
      return operation.answer(request)
    },
  }
}

function checkQuery(query: URLSearchParams, known: ReadonlySet<string>): void {
  if (query.size === 0) return
  const seen = new Set<string>()
  for (const name of query.keys()) {
    const choices = [...known].sort().join(', ')
    if (!known.has(name))
      throw new HttpError(400, `unknown parameter ${JSON.stringify(name)}`, {
        hint: known.size === 0 ? 'this takes no parameters' : `known are: ${choices}`,
      })
    if (seen.has(name)) throw new HttpError(400, `the parameter ${name} is given twice`, {hint: 'part several values by commas'})
    seen.add(name)
  }
}
