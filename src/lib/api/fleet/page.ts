import {Refusal} from './refusal.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; undefined on the last. */
  readonly nextPageToken: string | undefined
}

/** Where a page begins: behind a key, or at the very first. Throws Refusal 400 for a token that is none of ours. */
export function cursorOf(query: URLSearchParams): string | undefined {
  const tokens = query.getAll('nextPageToken')
  if (tokens.length > 1) throw new Refusal(400, 'too many values for page token')
  const [token] = tokens
  if (token === undefined) return undefined
  const after = readToken(token)
  if (after === undefined) throw new Refusal(400, 'invalid page token: ask for the first page without one')
  return after
}

/**
 * A page of items in the order of their keys, some of which may come before the place where it begins. A token holds the
 * last key that was given, so that what comes and goes between two pages moves nothing else.
 */
export function pageOf<T>(from: Iterable<T>, after: string | undefined, keyOf: (item: T) => string): Page<T> {
  const items: T[] = []
  let last = ''
  for (const item of from) {
    const key = keyOf(item)
    if (after !== undefined && key <= after) continue
    if (items.length === pageSize) return {items, nextPageToken: tokenFor(last)}
    items.push(item)
    last = key
  }
  return {items, nextPageToken: undefined}
}

/** fleet's own default. */
const pageSize = 100

function tokenFor(after: string): string {
  return Buffer.from(JSON.stringify({after})).toString('base64url')
}

function readToken(token: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(token)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    const after = typeof value === 'object' && value !== null && 'after' in value ? value.after : undefined
    return typeof after === 'string' ? after : undefined
  } catch {
    return undefined
  }
}
