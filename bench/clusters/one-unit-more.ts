import {encode} from '../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../src/lib/cluster/model.ts'
import {keys, prefixes} from '../../src/lib/store/keys.ts'
import type {Store, Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {follow, revisionOf} from './follow.ts'

const text = '[Container]\nImage=more\n\n[X-Fleet]\nRequests=cpu=0.1 memory=64M\n'
const file = fileHash(text)
const record = encode(unitRecordSchema, {file, desiredState: 'launched', generation: 1})

/** The unit file of the units that come one after the other. */
export const moreFile: Write = {kind: 'put', key: keys.file(file), value: text}

/** Milliseconds from the write of one unit more until its assignment is seen. */
export async function timeOneMore(store: Store, name: string, signal: AbortSignal): Promise<number> {
  const revision = await revisionOf(store, signal)
  const assigned = follow(store, {prefixes: [prefixes.assignments], revision, signal}, event =>
    event.kind === 'put' ? event.entry.key.endsWith(`/${name}`) : false,
  )
  const begun = performance.now()
  const written = store.commit([], [{kind: 'put', key: keys.unit(name), value: record}], {signal})
  const [end] = await Promise.all([assigned, written])
  return end - begun
}

/** The same way without an engine: one who watches for the first key writes the second, which the asker watches for. */
export async function timeRoundTrip(store: Store, name: string, signal: AbortSignal): Promise<number> {
  const revision = await revisionOf(store, signal)
  const [asked, answered] = [`bench/asked/${name}`, `bench/answered/${name}`]
  const seen = follow(store, {prefixes: [asked], revision, signal}, () => true).then(() =>
    store.commit([{kind: 'unchanged', key: answered, modRevision: 0}], [{kind: 'put', key: answered, value: record}], {signal}),
  )
  const assigned = follow(store, {prefixes: [answered], revision, signal}, () => true)
  const begun = performance.now()
  const written = store.commit([], [{kind: 'put', key: asked, value: record}], {signal})
  const [end] = await Promise.all([assigned, seen, written])
  return end - begun
}
