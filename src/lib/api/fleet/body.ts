import {messageOf} from '../../base/errors.ts'
import {WireError} from '../../fleet/wire.ts'
import type {ApiRequest} from '../http.ts'
import {Refusal} from './refusal.ts'

/** What `read` makes of the JSON of a request's body. Throws Refusal 400 for what is no JSON, or not of that shape. */
export async function readBody<T>(request: ApiRequest, read: (value: unknown) => T): Promise<T> {
  const text = (await request.body()).toString()
  try {
    const value: unknown = JSON.parse(text)
    return read(value)
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof WireError)) throw error
    throw new Refusal(400, `unable to decode body: ${text.trim() === '' ? 'EOF' : messageOf(error)}`, {cause: error})
  }
}

/** Throws Refusal 415 unless the body is said to be JSON, as fleet demands of PUT. */
export function demandJson({headers}: ApiRequest): void {
  const type = headers['content-type']
  if (type === undefined) throw new Refusal(415, 'expected 1 Content-Type, got 0')
  if (type.split(';')[0]?.trim() === 'application/json') return
  throw new Refusal(415, 'only acceptable Content-Type is application/json')
}
