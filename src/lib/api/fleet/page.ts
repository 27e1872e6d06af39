import {Refusal} from './refusal.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; undefined on the last. */
  readonly nextPageToken: string | undefined
}

/**
 * The page that a query asks for, of all items in the order of their keys. A token holds the last key that was given, so
 * that what comes and goes between two pages moves nothing else. Throws Refusal 400 for a token that is none of ours.
 */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, keyOf: (item: T) => string): Page<T> {
  const after = cursorOf(query)
  const start = after === undefined ? 0 : firstAfter(all, after, keyOf)
  const items = all.slice(start, start + pageSize)
  const last = items.at(-1)
  const isLast = last === undefined || start + pageSize >= all.length
  return {items, nextPageToken: isLast ? undefined : tokenFor(keyOf(last))}
}

/** fleet's own default. */
const pageSize = 100

function tokenFor(after: string): string {
  return Buffer.from(JSON.stringify({after})).toString('base64url')
}

function cursorOf(query: URLSearchParams): string | undefined {
  const tokens = query.getAll('nextPageToken')
  if (tokens.length > 1) throw new Refusal(400, 'too many values for page token')
  const [token] = tokens
  if (token === undefined) return undefined
  const after = readToken(token)
  if (after === undefined) throw new Refusal(400, 'invalid page token: ask for the first page without one')
  return after
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

function firstAfter<T>(all: readonly T[], after: string, keyOf: (item: T) => string): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = all[middle]
    if (item !== undefined && keyOf(item) <= after) low = middle + 1
    else high = middle
  }
  return low
}
