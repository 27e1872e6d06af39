import {Limiter} from '../src/lib/base/limiter.ts'
import {openEtcdStore} from '../src/lib/store/etcd/etcd-store.ts'
import {prefixes} from '../src/lib/store/keys.ts'
import {type Entry, maxWrites, type Store} from '../src/lib/store/store.ts'

/**
 * Milliseconds that etcd alone takes for what a start has it write: copies, beside the cluster's own keys, of the record and
 * the assignment of every unit, and of its state twice. The copies are gone afterwards.
 */
export async function timeWrites(endpoint: string, signal: AbortSignal): Promise<number> {
  const cluster = openEtcdStore({endpoints: [endpoint], prefix: '/meissa/v1/'})
  const beside = openEtcdStore({endpoints: [endpoint], prefix: '/bench/'})
  try {
    const {entries} = await cluster.list([prefixes.units, prefixes.assignments, prefixes.states], {signal})
    const states = entries.filter(({key}) => key.startsWith(prefixes.states))
    // The first call connects.
    await beside.list([''], {signal})
    const begun = performance.now()
    await writeAll(beside, entries, signal)
    await writeAll(beside, states, signal)
    const took = performance.now() - begun
    await removeAll(beside, entries, signal)
    return took
  } finally {
    cluster.close()
    beside.close()
  }
}

const commitsAtOnce = 4

async function writeAll(store: Store, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  await inBatches(entries, async batch => {
    await store.commit(
      [],
      batch.map(({key, value}) => ({kind: 'put', key, value})),
      {signal},
    )
  })
}

async function removeAll(store: Store, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  await inBatches(entries, async batch => {
    await store.commit(
      [],
      batch.map(({key}) => ({kind: 'delete', key})),
      {signal},
    )
  })
}

async function inBatches(entries: readonly Entry[], use: (batch: readonly Entry[]) => Promise<void>): Promise<void> {
  const limiter = new Limiter(commitsAtOnce)
  const starts = Array.from({length: Math.ceil(entries.length / maxWrites)}, (_, batch) => batch * maxWrites)
  await Promise.all(starts.map(at => limiter.run(() => use(entries.slice(at, at + maxWrites)))))
}
