import {type CtlError, UnreachableError} from '../../base/errors.ts'
import {goJson, goObject} from '../../fleet/json.ts'
import {type Answer, HttpError} from '../http.ts'

/** An answer that is a refusal in fleet's words. */
export class Refusal extends HttpError {}

/** A refusal for what one of our own errors tells, its hint with it. */
export function refusalOf(status: number, error: CtlError): Refusal {
  return new Refusal(status, withHint(error.message, error.hint), {cause: error})
}

/** Calls, and says in fleet's words when etcd cannot be reached. */
export async function overEtcd<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof UnreachableError) {
      const headers = {'retry-after': '1'}
      throw new Refusal(503, `${etcdIsAway}: ${withHint(error.message, error.hint)}`, {cause: error, headers})
    }
    throw error
  }
}

/** Every error as fleet has it: `{"error":{"code":404,"message":"…"}}`. */
export function renderRefusal(error: HttpError): Answer {
  const body = goObject({error: goObject({code: String(error.status), message: goJson(messageFor(error))})})
  return {status: error.status, headers: {...error.headers, ...fleetHeaders, 'content-type': 'application/json'}, body}
}

/** The server's name: programs that look for fleet find it. */
export const fleetHeaders = {server: 'fleetd/1.0.0 (meissa)'} as const

const etcdIsAway = 'fleet server unable to communicate with etcd'

/** Of what the server itself refuses fleet says little. */
function messageFor(error: HttpError): string {
  if (error instanceof Refusal) return error.message
  switch (error.status) {
    case 404:
      return ''
    case 405:
      return notAllowed(error.headers)
    case 503:
      return `${etcdIsAway}: ${withHint(error.message, error.hint)}`
    default:
      return withHint(error.message, error.hint)
  }
}

/** `only GET, PUT and DELETE supported against this resource`, by what the path allows. */
function notAllowed(headers: Readonly<Record<string, string>>): string {
  const allow = Object.entries(headers).find(([name]) => name.toLowerCase() === 'allow')?.[1] ?? ''
  const allowed = order.filter(method => allow.split(/\s*,\s*/).includes(method))
  const last = allowed.at(-1)
  if (last === undefined) return ''
  const others = allowed.slice(0, -1)
  return `only ${others.length === 0 ? last : `${others.join(', ')} and ${last}`} supported against this resource`
}

const order = ['GET', 'PUT', 'PATCH', 'DELETE']

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}; ${hint}`
}
