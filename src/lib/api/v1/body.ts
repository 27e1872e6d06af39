import * as v from 'valibot'
import {type ApiRequest, HttpError} from '../http.ts'

/** A body that is text. Throws HttpError 400 for one that is no UTF-8, 415 for a type that is none of text. */
export async function readText(request: ApiRequest): Promise<string> {
  const type = request.headers['content-type']?.split(';')[0]?.trim() ?? 'text/plain'
  // What curl says when it is told nothing.
  if (!type.startsWith('text/') && type !== 'application/x-www-form-urlencoded' && type !== 'application/octet-stream')
    throw new HttpError(415, `a body of type ${type} is not taken here`, {hint: 'send the unit file as text/plain'})
  return decoded(await request.body())
}

/** A body that is JSON of a shape. Throws HttpError 400 that names what is wrong and where. */
export async function readJson<S extends v.GenericSchema>(request: ApiRequest, schema: S): Promise<v.InferOutput<S>> {
  const text = decoded(await request.body())
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new HttpError(400, 'the body is no JSON', {cause: error})
  }
  if (Array.isArray(json)) throw new HttpError(400, 'the body: an object is wanted, and this is a list')
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  throw new HttpError(400, `${v.getDotPath(issue) ?? 'the body'}: ${issue.message}`)
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch (error) {
    throw new HttpError(400, 'the body is no UTF-8', {cause: error})
  }
}
