import {Limiter} from '../../src/lib/base/limiter.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {parseKey, prefixes} from '../../src/lib/store/keys.ts'
import type {Entry, Store, Write} from '../../src/lib/store/store.ts'
import {writeAll} from './stored-cluster.ts'
import type {BenchEtcd} from './with-etcd.ts'

/**
 * Milliseconds that etcd alone takes for what a launch has it write, batched as it can be: copies, beside the cluster's own keys, of
 * the records and assignments of all units in transactions of 128, and of each machine's states in a transaction of its own,
 * twice. Nobody watches. The copies are gone afterwards.
 */
export async function timeBareLaunch({endpoint, store}: BenchEtcd, signal: AbortSignal): Promise<number> {
  const beside = openEtcdStore({endpoints: [endpoint], prefix: '/bench/'})
  try {
    const {entries} = await store.list([prefixes.units, prefixes.assignments, prefixes.states], {signal})
    const states = entries.filter(({key}) => key.startsWith(prefixes.states))
    const orders = entries.filter(({key}) => !key.startsWith(prefixes.states))
    const byMachine = [...Map.groupBy(states, ({key}) => machineOf(key)).values()]
    // The first call connects.
    await beside.list([''], {signal})
    const begun = performance.now()
    await writeAll(beside, orders.map(put), signal)
    for (let round = 0; round < 2; round++) await reportAll(beside, byMachine, signal)
    const took = performance.now() - begun
    await writeAll(
      beside,
      entries.map(({key}) => ({kind: 'delete', key})),
      signal,
    )
    return took
  } finally {
    beside.close()
  }
}

const reportsAtOnce = 64

async function reportAll(store: Store, machines: readonly (readonly Entry[])[], signal: AbortSignal): Promise<void> {
  const limiter = new Limiter(reportsAtOnce)
  await Promise.all(
    machines.map(states =>
      limiter.run(async () => {
        await store.commit([], states.map(put), {signal})
      }),
    ),
  )
}

function put({key, value}: Entry): Write {
  return {kind: 'put', key, value}
}

function machineOf(key: string): string {
  const parsed = parseKey(key)
  return parsed?.kind === 'state' ? parsed.machine : ''
}
