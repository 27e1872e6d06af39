import {UnreachableError} from '../base/errors.ts'
import {keys, prefixes} from '../store/keys.ts'
import {type Entry, type Store, unlessCompacted} from '../store/store.ts'
import {readRecords} from './change.ts'
import {unknownUnits} from './unknown-units.ts'
import {ClusterView} from './view.ts'

/** What stands under the prefixes, at one revision. */
export async function readView(store: Store, prefixes: readonly string[], signal: AbortSignal): Promise<ClusterView> {
  return await readInto(() => new ClusterView(), store, prefixes, signal)
}

/** As `readView`, into what `empty` makes; it makes another one when the reading has to begin anew. */
export async function readInto<T extends Taking>(
  empty: () => T,
  store: Store,
  prefixes: readonly string[],
  signal: AbortSignal,
): Promise<T> {
  return (await readAll(empty, store, prefixes, signal)).view
}

/** What takes entries as they come. */
export interface Taking {
  putAll(entries: Iterable<Entry>): void
}

/** All that placing units depends on, and the revision at which it was so. */
export async function readCluster(
  store: Store,
  signal: AbortSignal,
): Promise<{readonly view: ClusterView; readonly revision: number}> {
  return await readAll(
    () => new ClusterView(),
    store,
    [...Object.values(prefixes), keys.leader, keys.hold, keys.clusterSettings],
    signal,
  )
}

/** A view of what stands under the prefixes, made while the rest of it is on its way. */
async function readAll<T extends Taking>(
  empty: () => T,
  store: Store,
  prefixes: readonly string[],
  signal: AbortSignal,
): Promise<{readonly view: T; readonly revision: number}> {
  return await unlessCompacted(async () => {
    const view = empty()
    const take = (entries: readonly Entry[]) => view.putAll(entries)
    const {revision} = await store.list(prefixes, {signal, take})
    return {view, revision}
  })
}

/** The text of each unit's file, as it was submitted. Throws NotFoundError that names all unknown units. */
export async function readFiles(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const records = await readRecords(store, names, signal)
  const unknown = names.filter(name => !records.has(name))
  if (unknown.length > 0) throw await unknownUnits(store, unknown, {signal})
  const hashes = [...new Set([...records.values()].map(({file}) => file))]
  const {files} = ClusterView.of((await store.get(hashes.map(keys.file), {signal})).entries)
  const texts = new Map<string, string>()
  for (const name of names) {
    const file = records.get(name)?.file ?? ''
    const text = files.get(file)
    if (text === undefined)
      throw new UnreachableError(`the unit file of ${name} (key files/${file}) is missing in etcd`, {
        hint: '`ctl destroy` it and submit it again',
      })
    texts.set(name, text)
  }
  return texts
}
