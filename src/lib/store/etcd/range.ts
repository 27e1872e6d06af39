import type {IKeyValue, IResponseOp} from 'etcd3'
import {disjointPrefixes} from '../prefixes.ts'
import {CompactedError, type Entry, type Listing, type ListOptions, maxWrites, unlessCompacted} from '../store.ts'
import type {CallOptions, Endpoints} from './endpoints.ts'
import {saysCompacted} from './faults.ts'
import type {KeyRange, Keyspace} from './keyspace.ts'
import type {RangeAnswer, RangeRequest} from './range-message.ts'

/** Keys of one page: large enough to be quick, small enough that etcd answers others in between. */
const pageSize = 20_000

/**
 * All entries under the prefixes at one revision: the first page's, or the one asked for. When compaction overtakes a
 * listing whose revision was not asked for, it begins again.
 */
export async function listEntries(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: ListOptions & {readonly prefixes: readonly string[]},
): Promise<Listing> {
  const list = () => listOnce(endpoints, keyspace, request)
  return request.revision === undefined && request.take === undefined ? await unlessCompacted(list) : await list()
}

/** The entries of some keys at one revision: the present one unless given. */
export async function getEntries(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: CallOptions & {readonly keys: readonly string[]; readonly revision?: number},
): Promise<Listing> {
  const keys = [...new Set(request.keys)]
  const entries: Entry[] = []
  let revision = request.revision ?? 0
  for (let at = 0; at < Math.max(keys.length, 1); at += maxWrites) {
    const pinned = revision
    const operations = keys.slice(at, at + maxWrites).map(key => ({request_range: {key: keyspace.full(key), revision: pinned}}))
    const answer = await reading(pinned, () =>
      endpoints.repeatable((connection, limits) => connection.kv.txn({success: operations}, limits), request),
    )
    const now = endpoints.saw(answer.header)
    if (revision === 0) revision = now
    for (const response of answer.responses) entries.push(...pairsOf(response).map(pair => keyspace.entry(pair)))
  }
  return {revision, entries}
}

/** Etcd's present revision; checks on the way that the keys may be read and that `revision` (if not 0) still can be. */
export async function checkRevision(
  endpoints: Endpoints,
  range: KeyRange,
  revision: number,
  options: CallOptions = {},
): Promise<number> {
  return endpoints.saw(await readRange(endpoints, {...range, revision, countOnly: true}, options))
}

async function readRange(
  endpoints: Endpoints,
  request: RangeRequest,
  options: CallOptions,
  prefixBytes = 0,
): Promise<RangeAnswer> {
  return await reading(request.revision, () =>
    endpoints.repeatable((connection, limits) => connection.readRange(request, prefixBytes, limits), options),
  )
}

async function listOnce(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: ListOptions & {readonly prefixes: readonly string[]},
): Promise<Listing> {
  const prefixes = disjointPrefixes(request.prefixes)
  // Of several prefixes all are read at once, so that the revision must be known before; of one the first page tells it.
  const pinned =
    request.revision ??
    (prefixes.length === 1 ? 0 : await checkRevision(endpoints, keyspace.alone(prefixes[0] ?? ''), 0, {signal: request.signal}))
  const listed = await Promise.all(
    prefixes.map(prefix => listRange(endpoints, keyspace, {...request, range: keyspace.range(prefix), revision: pinned})),
  )
  return {revision: listed[0]?.revision ?? pinned, entries: listed.flatMap(({pages}) => pages.flat())}
}

type RangeListing = ListOptions & {readonly range: KeyRange; readonly revision: number}

/** All pages of a range, and the revision they are of; those that the request takes are not among them. */
async function listRange(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: RangeListing,
): Promise<{readonly pages: readonly (readonly Entry[])[]; readonly revision: number}> {
  const pages: (readonly Entry[])[] = []
  let at: RangeListing = request
  for (;;) {
    const {entries, revision, rest} = await readPage(endpoints, keyspace, at)
    if (request.take === undefined) pages.push(entries)
    else request.take(entries)
    if (rest === undefined) return {pages, revision}
    at = {...request, range: rest, revision}
  }
}

interface Page {
  /** At which it was read. */
  readonly revision: number
  readonly entries: readonly Entry[]
  /** What is still to be read of the range. */
  readonly rest: KeyRange | undefined
}

/** The first entries of a range, at a revision, or with 0 as they are now. */
async function readPage(
  endpoints: Endpoints,
  keyspace: Keyspace,
  {range, revision, keysOnly = false, signal}: RangeListing,
): Promise<Page> {
  const request = {...range, revision, limit: pageSize, keysOnly}
  const answer = await readRange(endpoints, request, {signal}, keyspace.prefixBytes)
  const now = endpoints.saw(answer)
  const last = answer.entries.at(-1)
  const rest = answer.more && last !== undefined ? {...range, key: keyspace.full(`${last.key}\0`)} : undefined
  return {revision: revision === 0 ? now : revision, entries: answer.entries, rest}
}

/** Carries out a read at a revision, and says by CompactedError that the revision is gone. */
async function reading<T>(revision: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    if (saysCompacted(thrown)) throw new CompactedError(revision + 1)
    throw thrown
  }
}

function pairsOf(response: IResponseOp): readonly IKeyValue[] {
  return response.response_range.kvs
}
