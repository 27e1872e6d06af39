import type {IKeyValue, IResponseOp} from 'etcd3'
import {Limiter} from '../../base/limiter.ts'
import {disjointPrefixes} from '../prefixes.ts'
import {CompactedError, type Entry, type Glance, type Listing, type ListOptions, maxWrites, unlessCompacted} from '../store.ts'
import type {CallOptions, Endpoints} from './endpoints.ts'
import {saysCompacted} from './faults.ts'
import {behind, type KeyRange, type Keyspace} from './keyspace.ts'
import {type RangeRequest, readRangeAnswer, readRangeEntries, readRangeParts} from './range-message.ts'

/** Keys of one page: large enough to be quick, small enough that etcd answers others in between. */
const pageSize = 20_000
/** Most milliseconds of a page, all attempts included: 8 MB by 1 Mbit/s. A connection that dies meanwhile is noticed by its pings. */
const pageTimeoutMs = 120_000

/**
 * All entries under the prefixes at one revision: the present one, or the one asked for. When compaction overtakes a
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
  const answer = await readRange(endpoints, {...range, revision, countOnly: true}, options)
  return endpoints.saw(readRangeAnswer(answer))
}

async function readRange(endpoints: Endpoints, request: RangeRequest, options: CallOptions): Promise<Buffer> {
  return await reading(request.revision, () =>
    endpoints.repeatable((connection, limits) => connection.readRange(request, limits), options),
  )
}

async function listOnce(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: ListOptions & {readonly prefixes: readonly string[]},
): Promise<Listing> {
  const prefixes = disjointPrefixes(request.prefixes)
  // A small question first: it tells the revision, and whether this endpoint answers at all, which a large answer cannot tell soon.
  const {keysOnly = false, signal} = request
  const present = await checkRevision(endpoints, keyspace.alone(prefixes[0] ?? ''), request.revision ?? 0, {signal})
  const revision = request.revision ?? present
  const listed = prefixes.map((): Entry[] => [])
  const {prefixBytes} = keyspace
  await Promise.all(
    prefixes.map(async (prefix, at) => {
      const take = request.take ?? (entry => listed[at]?.push(entry))
      const takePage = (bytes: Buffer) => readRangeEntries(bytes, {prefixBytes}, take)
      await readPages(endpoints, {range: keyspace.range(prefix), revision, keysOnly, takePage, signal})
    }),
  )
  return {revision, entries: listed.flat()}
}

/**
 * Gives parts of what stands under some prefixes, at the present revision, to those who want them: two at a time, so that the first are
 * at work while etcd is busy with the rest. Throws as `Store.glance`.
 */
export async function glanceEntries(
  endpoints: Endpoints,
  keyspace: Keyspace,
  wanted: readonly Glance[],
  {signal}: CallOptions,
): Promise<{readonly revision: number}> {
  const limiter = new Limiter(2)
  // A small question first, as in a listing.
  const revision = await checkRevision(endpoints, keyspace.alone(wanted[0]?.prefix ?? ''), 0, {signal})
  await Promise.all(
    wanted.map(({prefix, valueBytes, take, taken}) =>
      limiter.run(async () => {
        const range = keyspace.range(prefix)
        const parts = {prefixBytes: keyspace.full(prefix).length, valueBytes}
        const takePage = (bytes: Buffer) => readRangeParts(bytes, parts, take)
        await readPages(endpoints, {range, revision, keysOnly: valueBytes === 0, takePage, signal})
        taken?.()
      }),
    ),
  )
  return {revision}
}

interface RangePages {
  readonly range: KeyRange
  readonly revision: number
  readonly keysOnly: boolean
  readonly takePage: (bytes: Buffer) => void
  readonly signal: AbortSignal | undefined
}

/** Reads a range page by page: while one is taken etcd is busy with the next. */
async function readPages(endpoints: Endpoints, request: RangePages): Promise<void> {
  for (let page: Promise<Buffer> | undefined = readPage(endpoints, request); page !== undefined; ) {
    const bytes: Buffer = await page
    const {revision, more, lastKey} = readRangeAnswer(bytes)
    endpoints.saw({revision})
    const rest = more && lastKey !== undefined ? behind(request.range, lastKey) : undefined
    page = rest && readPage(endpoints, {...request, range: rest})
    // Should one of these not be taken, nobody waits for the next page any more.
    page?.catch(() => {})
    request.takePage(bytes)
  }
}

/** The first entries of a range, as etcd wrote them. They may take long on a slow line. */
async function readPage(endpoints: Endpoints, {range, revision, keysOnly, signal}: RangePages): Promise<Buffer> {
  const timeoutMs = Math.max(endpoints.callTimeoutMs, pageTimeoutMs)
  return await readRange(endpoints, {...range, revision, limit: pageSize, keysOnly}, {signal, timeoutMs})
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
