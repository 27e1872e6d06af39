import {UnreachableError} from '../../base/errors.ts'
import {readCluster} from '../../cluster/read.ts'
import {whyUnits} from '../../planning/why-unit.ts'
import type {Store} from '../../store/store.ts'
import {machineText} from './why-page.ts'

/** For units that have no place, the machine that comes nearest: `nearest: host7: is cordoned; fits if it is uncordoned`. */
export async function nearestMisses(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0 || signal.aborted) return new Map()
  try {
    const {view, revision} = await readCluster(store, signal)
    const whys = whyUnits(view, names.slice(0, most), {revision, now: Date.now(), all: false})
    return new Map(
      whys.flatMap(({unit, machines: [first]}): [string, string][] =>
        first === undefined || first.fits ? [] : [[unit, `nearest: ${first.name}: ${machineText(first)}`]],
      ),
    )
  } catch (error) {
    // What is told with it stands without it.
    if (error instanceof UnreachableError || signal.aborted) return new Map()
    throw error
  }
}

const most = 20
