import {NotFoundError} from '../../base/errors.ts'
import {readUnits, readView, unitPrefixes} from '../../cluster/read.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {keys, prefixes} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'

/**
 * As much of the cluster as `find` needs to find its machine: all machines, and what concerns the unit that may be meant. Where
 * there is nothing to be found, all of it: what else there is makes a better answer.
 */
export async function readTarget(
  store: Store,
  unit: string | undefined,
  find: (view: ClusterView) => unknown,
  signal: AbortSignal,
): Promise<ClusterView> {
  const units = unit === undefined ? [] : [unit]
  const view = await readUnits(store, units, signal, {keys: [keys.cluster], prefixes: [prefixes.machines]})
  try {
    find(view)
    return view
  } catch (thrown) {
    if (!(thrown instanceof NotFoundError)) throw thrown
    return await readView(store, [...unitPrefixes, keys.cluster], signal)
  }
}
