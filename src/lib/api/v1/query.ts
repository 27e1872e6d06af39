import {parseTimeSpan} from '../../base/time-span.ts'
import {compileGlob} from '../../unit/glob.ts'
import {HttpError} from '../http.ts'
import type {Parameter} from './operation.ts'
import {integer, text} from './schema.ts'

export const nameParameter: Parameter = {name: 'name', summary: 'only these, by name or glob: `web@*`', schema: text('a glob')}
export const machineParameter: Parameter = {
  name: 'machine',
  summary: 'only what is on these machines, by id, parted by commas',
  schema: text('ids of machines'),
}
export const limitParameter: Parameter = {
  name: 'limit',
  summary: 'most that a page holds; 100 unless given',
  schema: {type: 'integer', minimum: 1, maximum: 1000},
}
export const cursorParameter: Parameter = {
  name: 'cursor',
  summary: 'where the page begins: `next` of the page before',
  schema: text('opaque'),
}
export const sinceParameter: Parameter = {
  name: 'since',
  summary: 'with `wait`: answer once something may have changed after this revision',
  schema: integer('a revision'),
}
export const waitParameter: Parameter = {
  name: 'wait',
  summary: 'how long to wait at most: `30s`, `5min`; at most 10 minutes',
  schema: text('a time'),
}

const mostWaitSeconds = 600
const defaultLimit = 100
const mostLimit = 1000

/** Milliseconds to wait at most; 0 when nothing is said. Throws HttpError 400. */
export function waitOf(query: URLSearchParams): number {
  const given = query.get('wait')
  if (given === null) return 0
  const seconds = parseTimeSpan(given)
  if (seconds === undefined || seconds > mostWaitSeconds)
    throw new HttpError(400, `wait: ${JSON.stringify(given)} is no time of at most 10 minutes`, {hint: 'write it as 30s or 5min'})
  return seconds * 1000
}

export function limitOf(query: URLSearchParams): number {
  const given = query.get('limit')
  const limit = given === null ? defaultLimit : wholeNumber(given)
  if (limit === undefined || limit < 1 || limit > mostLimit)
    throw new HttpError(400, `limit: ${JSON.stringify(given)} is no number from 1 to ${mostLimit}`)
  return limit
}

/** A revision that is given under this name. Throws HttpError 400 for anything else. */
export function revisionOf(name: string, given: string | null | undefined): number | undefined {
  if (given === null || given === undefined) return undefined
  const revision = wholeNumber(given)
  if (revision === undefined) throw new HttpError(400, `${name}: ${JSON.stringify(given)} is no revision`)
  return revision
}

/** Tells whether a name is asked for; undefined: all are. */
export function globOf(query: URLSearchParams, name: string): ((text: string) => boolean) | undefined {
  const given = query.get(name)
  if (given === null) return undefined
  const glob = compileGlob(given)
  if (glob === undefined) throw new HttpError(400, `${name}: ${JSON.stringify(given)} is no glob`, {hint: 'write it as web@*'})
  return glob
}

/** The words that are given, parted by commas; undefined: all are asked for. Throws HttpError 400 for one that is not among `known`. */
export function wordsOf(query: URLSearchParams, name: string, known?: readonly string[]): ReadonlySet<string> | undefined {
  const given = query.get(name)
  if (given === null) return undefined
  const words = given.split(',').map(word => word.trim())
  const odd = known === undefined ? undefined : words.find(word => !known.includes(word))
  if (odd !== undefined) throw new HttpError(400, `${name}: ${JSON.stringify(odd)} is none of ${known?.join(', ')}`)
  return new Set(words)
}

/** A place in an ordered list, as a text that stays good when the list changes. */
export function cursorText(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The place that a cursor means. Throws HttpError 400 for a text that is no cursor. */
export function cursorOf(query: URLSearchParams): readonly string[] | undefined {
  const given = query.get('cursor')
  if (given === null) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(given, 'base64url').toString())
    if (Array.isArray(key) && key.length > 0 && key.every(part => typeof part === 'string')) return key
  } catch {
    // Told below.
  }
  throw new HttpError(400, 'cursor: this is none', {hint: 'take `next` of the page before, as it is'})
}

function wholeNumber(given: string): number | undefined {
  return /^\d{1,15}$/.test(given) ? Number(given) : undefined
}
