import {sortedNaturally} from '../base/natural-order.ts'
import {prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'

/** The names of all units that the cluster knows, sorted. */
export async function readUnitNames(store: Store, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = []
  await store.glance([{prefix: prefixes.units, valueBytes: 0, take: name => names.push(name)}], {signal})
  return sortedNaturally(names, name => name)
}
