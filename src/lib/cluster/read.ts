import {UnreachableError} from '../base/errors.ts'
import {keys, prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {readRecords} from './change.ts'
import {unknownUnits} from './unknown-units.ts'
import {ClusterView} from './view.ts'

/** What stands under the prefixes, at one revision. */
export async function readView(store: Store, prefixes: readonly string[], signal: AbortSignal): Promise<ClusterView> {
  return ClusterView.of((await store.list(prefixes, {signal})).entries)
}

/** All that placing units depends on, and the revision at which it was so. */
export async function readCluster(
  store: Store,
  signal: AbortSignal,
): Promise<{readonly view: ClusterView; readonly revision: number}> {
  const {entries, revision} = await store.list([...Object.values(prefixes), keys.leader, keys.hold, keys.clusterSettings], {
    signal,
  })
  return {view: ClusterView.of(entries), revision}
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
