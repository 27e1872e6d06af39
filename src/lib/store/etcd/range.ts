import type {IKeyValue, IResponseOp} from 'etcd3'
import {disjointPrefixes} from '../prefixes.ts'
import {CompactedError, type Entry, type Listing, type ListOptions, maxWrites} from '../store.ts'
import type {CallOptions, Endpoints} from './endpoints.ts'
import {saysCompacted} from './faults.ts'
import type {KeyRange, Keyspace} from './keyspace.ts'
import {readRangeAnswer} from './range-answer.ts'

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
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(endpoints, keyspace, request)
    } catch (thrown) {
      if (!(thrown instanceof CompactedError) || request.revision !== undefined || attempt === 3) throw thrown
    }
  }
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
  const answer = await reading(revision, () =>
    endpoints.repeatable((connection, limits) => connection.kv.range({...range, revision, count_only: true}, limits), options),
  )
  return endpoints.saw(answer.header)
}

async function listOnce(
  endpoints: Endpoints,
  keyspace: Keyspace,
  request: ListOptions & {readonly prefixes: readonly string[]},
): Promise<Listing> {
  const prefixes = disjointPrefixes(request.prefixes)
  const {signal} = request
  const [first] = prefixes
  if (first === undefined) {
    const revision = request.revision ?? (await checkRevision(endpoints, keyspace.range(''), 0, {signal}))
    return {revision, entries: []}
  }
  const read = (range: KeyRange, at: number) => readPage(endpoints, keyspace, {...request, range, revision: at})
  // The first page tells the revision; from then on all are read at once.
  const head = await read(keyspace.range(first), request.revision ?? 0)
  const {revision} = head
  const listed = await Promise.all(
    prefixes.map(async prefix => {
      let page = prefix === first ? head : await read(keyspace.range(prefix), revision)
      const pages = [page.entries]
      while (page.rest !== undefined) {
        page = await read(page.rest, revision)
        pages.push(page.entries)
      }
      return pages
    }),
  )
  return {revision, entries: listed.flat(2)}
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
  {
    range,
    revision,
    keysOnly = false,
    signal,
  }: Omit<ListOptions, 'revision'> & {readonly range: KeyRange; readonly revision: number},
): Promise<Page> {
  const request = {...range, revision, limit: pageSize, keys_only: keysOnly}
  const take = (answer: Buffer) => readRangeAnswer(answer, keyspace.prefixBytes)
  const answer = await reading(revision, () =>
    endpoints.repeatable((connection, limits) => connection.readRange(request, take, limits), {signal}),
  )
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
