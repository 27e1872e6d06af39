import * as v from 'valibot'
import {messageOf} from '../base/errors.ts'
import {schemaNumber} from './model.ts'

/** A value as it is stored: JSON with the schema's number first. */
export function encode<S extends v.GenericSchema>(schema: S, value: v.InferInput<S>): string {
  return JSON.stringify({schema: schemaNumber, ...(v.parse(schema, value) as object)})
}

export type Decoded<T> = {readonly value: T} | {readonly problem: string}

/** The value of a stored text, or what is wrong with it in words; never throws. */
export function decode<S extends v.GenericSchema>(schema: S, text: string): Decoded<v.InferOutput<S>> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return {problem: `not JSON: ${messageOf(error)}`}
  }
  const written = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined
  if (typeof written !== 'number') return {problem: 'no schema number'}
  if (written > schemaNumber)
    return {problem: `written by a newer Meissa (schema ${written}, this one knows ${schemaNumber}): upgrade this one`}
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return {value: parsed.output}
  const issue = parsed.issues[0]
  return {problem: `${v.getDotPath(issue) ?? 'value'}: ${issue.message}`}
}

/**
 * Decodes as `decode` does, and remembers what it decoded last: the instances of a template have records and assignments that are
 * alike to the letter.
 */
export function rememberingDecoder<S extends v.GenericSchema>(schema: S): (text: string) => Decoded<v.InferOutput<S>> {
  const known = new Map<string, Decoded<v.InferOutput<S>>>()
  return text => {
    const found = known.get(text)
    if (found !== undefined) return found
    const decoded = decode(schema, text)
    if (known.size >= remembered) known.clear()
    known.set(text, decoded)
    return decoded
  }
}

const remembered = 4096
