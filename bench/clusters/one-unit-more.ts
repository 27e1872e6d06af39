import {encode} from '../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../src/lib/cluster/model.ts'
import {keys, prefixes} from '../../src/lib/store/keys.ts'
import type {ChangeEvent, Store, Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import type {Follower} from './follow.ts'

const text = '[Container]\nImage=more\n\n[X-Fleet]\nRequests=cpu=0.1 memory=64M\n'
const file = fileHash(text)
const record = encode(unitRecordSchema, {file, desiredState: 'launched', generation: 1})

/** The unit file of the units that come one after the other. */
export const moreFile: Write = {kind: 'put', key: keys.file(file), value: text}

/** What `timeOneMore` and `timeRoundTrip` have followed. */
export const morePrefixes: readonly string[] = [prefixes.assignments, 'bench/']

/** Where the units come, and who sees it. */
export interface Seen {
  readonly store: Store
  readonly follower: Follower
  readonly signal: AbortSignal
}

/** Milliseconds from the write of one unit more until its assignment is seen. */
export async function timeOneMore({store, follower, signal}: Seen, name: string): Promise<number> {
  const assigned = follower.until(event => event.kind === 'put' && event.entry.key.endsWith(`/${name}`))
  const begun = performance.now()
  const written = store.commit([], [{kind: 'put', key: keys.unit(name), value: record}], {signal})
  const [end] = await Promise.all([assigned, written])
  return end - begun
}

/** The same way without an engine: one who watches for the first key writes the second, which the asker watches for. */
export async function timeRoundTrip({store, follower, signal}: Seen, name: string): Promise<number> {
  const [asked, answered] = [`bench/asked/${name}`, `bench/answered/${name}`]
  const isPut = (key: string) => (event: ChangeEvent) => event.kind === 'put' && event.entry.key === key
  const guard = {kind: 'unchanged', key: answered, modRevision: 0} as const
  const seen = follower
    .until(isPut(asked))
    .then(() => store.commit([guard], [{kind: 'put', key: answered, value: record}], {signal}))
  const assigned = follower.until(isPut(answered))
  const begun = performance.now()
  const written = store.commit([], [{kind: 'put', key: asked, value: record}], {signal})
  const [end] = await Promise.all([assigned, seen, written])
  return end - begun
}
