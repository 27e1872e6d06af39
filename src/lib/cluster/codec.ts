import * as v from 'valibot'
import {messageOf} from '../base/errors.ts'
import {schemaNumber} from './model.ts'
import {plainlyFits} from './plain.ts'

/** A value as it is stored: JSON with the schema's number first. */
export function encode<S extends v.GenericSchema>(schema: S, value: v.InferInput<S>): string {
  return JSON.stringify({schema: schemaNumber, ...(v.parse(schema, value) as object)})
}

export type Decoded<T> = {readonly value: T} | {readonly problem: string}

export type Decoder<T> = (text: string) => Decoded<T>

/**
 * Gives the value of a stored text, or what is wrong with it in words; never throws. What `encode` wrote is checked at a glance, since
 * clusters hold hundreds of thousands of values; anything else goes through valibot, which has the words.
 */
export function decoder<S extends v.GenericSchema>(schema: S): Decoder<v.InferOutput<S>> {
  const fits = plainlyFits(schema)
  return text => {
    if (text.startsWith(written)) {
      const json = parse(`{"${text.slice(written.length)}`)
      if ('value' in json && fits(json.value)) return json as Decoded<v.InferOutput<S>>
    }
    return decode(schema, text)
  }
}

/** What `encode` begins every value with. */
const written = `{"schema":${schemaNumber},"`

/** As `decoder`, for a value now and then. */
export function decode<S extends v.GenericSchema>(schema: S, text: string): Decoded<v.InferOutput<S>> {
  const json = parse(text)
  if ('problem' in json) return json
  const number = typeof json.value === 'object' && json.value !== null && 'schema' in json.value ? json.value.schema : undefined
  if (typeof number !== 'number') return {problem: 'no schema number'}
  if (number > schemaNumber)
    return {problem: `written by a newer Meissa (schema ${number}, this one knows ${schemaNumber}): upgrade this one`}
  const parsed = v.safeParse(schema, json.value)
  if (parsed.success) return {value: parsed.output}
  const issue = parsed.issues[0]
  return {problem: `${v.getDotPath(issue) ?? 'value'}: ${issue.message}`}
}

function parse(text: string): Decoded<unknown> {
  try {
    return {value: JSON.parse(text)}
  } catch (error) {
    return {problem: `not JSON: ${messageOf(error)}`}
  }
}

/**
 * Gives the first fields of stored texts, those before the field `end`, and does not look at the rest: there are many states, and only
 * so many heads, often one and the same after the other. Undefined for a text that does not begin with them as `encode` writes it.
 */
export function headDecoder<S extends v.GenericSchema>(schema: S, end: string): (text: string) => v.InferOutput<S> | undefined {
  const decode = rememberingDecoder(schema)
  // Within a string its first quote would have a backslash before it.
  const mark = `,"${end}":`
  let last: {readonly head: string; readonly value: v.InferOutput<S>} | undefined
  return text => {
    if (last !== undefined && text.startsWith(last.head)) return last.value
    const at = text.indexOf(mark)
    if (at < 0) return undefined
    const decoded = decode(`${text.slice(0, at)}}`)
    if ('problem' in decoded) return undefined
    last = {head: text.slice(0, at + mark.length), value: decoded.value}
    return decoded.value
  }
}

/**
 * Decodes as `decoder` does, and remembers what it decoded last: the instances of a template have records and assignments that are
 * alike to the letter.
 */
export function rememberingDecoder<S extends v.GenericSchema>(schema: S): Decoder<v.InferOutput<S>> {
  const decode = decoder(schema)
  const known = new Map<string, Decoded<v.InferOutput<S>>>()
  return text => {
    const found = known.get(text)
    if (found !== undefined) return found
    const decoded = decode(text)
    if (known.size >= remembered) known.clear()
    known.set(text, decoded)
    return decoded
  }
}

const remembered = 4096
