import {encode} from '../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../src/lib/cluster/model.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {keys, prefixes} from '../../src/lib/store/keys.ts'
import {maxWrites, type Store} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {type Asker, openAsker} from '../api/ask.ts'
import {withCluster} from '../dev-cluster.ts'
import {counted, readCounters} from '../etcd-counters.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate} from '../samples.ts'
import {sleeperText} from '../sleeper.ts'

/** Every page of fleet's list of units, as fleetctl reads it. */
export const apiFleetUnits: Line = {
  name: 'api-fleet-units',
  summary: 'all pages of /fleet/v1/units for 10,000 units',
  measure: measureUnits,
}

const units = 10_000
const pairs = 5

async function measureUnits(bench: Bench): Promise<readonly Result[]> {
  return await withCluster(bench, {machines: ['a'], driver: 'noop'}, async cluster => {
    const store = openEtcdStore({endpoints: [cluster.endpoint], prefix: '/meissa/v1/'})
    const asker = openAsker(cluster.apiSocket)
    try {
      await makeKnown(store, bench.signal)
      const list = () => timed(() => listUnits(asker))
      const range = () => timed(() => store.list([prefixes.units], {signal: bench.signal}))
      bench.say(`the first list, which makes the agent read the cluster: ${(await list()).toFixed(0)} ms`)
      const before = await readCounters(cluster.endpoint, bench.signal)
      await list()
      const {reads} = counted(before, await readCounters(cluster.endpoint, bench.signal))
      const samples = await alternate({pairs, ctl: list, limit: range, say: bench.say})
      const name = `/fleet/v1/units of ${units}`
      return [
        {
          name,
          unit: 'ms',
          samples,
          target: {of: 'ctl', most: 1500},
          limitIs: 'one listing of the same records, straight from etcd',
        },
        {
          name: `${name}: reads of etcd`,
          unit: 'calls',
          samples: {ctl: [reads], limit: [0]},
          target: {of: 'ctl', most: 10},
          limitIs: 'none: the agent keeps a copy, and asks etcd twice a second at most whether it is there',
        },
      ]
    } finally {
      asker.close()
      store.close()
    }
  })
}

async function makeKnown(store: Store, signal: AbortSignal): Promise<void> {
  const file = fileHash(sleeperText)
  const value = encode(unitRecordSchema, {file, desiredState: 'inactive', generation: 0})
  await store.commit([], [{kind: 'put', key: keys.file(file), value: sleeperText}], {signal})
  for (let at = 0; at < units; at += maxWrites) {
    const names = Array.from({length: Math.min(maxWrites, units - at)}, (_, index) => `w@${at + index + 1}.service`)
    await store.commit(
      [],
      names.map(name => ({kind: 'put', key: keys.unit(name), value})),
      {signal},
    )
  }
}

async function listUnits(asker: Asker): Promise<void> {
  let seen = 0
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query: string = token === '' ? '' : `?nextPageToken=${encodeURIComponent(token)}`
    const page: {readonly units?: readonly unknown[]; readonly nextPageToken?: string} = JSON.parse(
      await asker.ask(`/fleet/v1/units${query}`),
    )
    seen += page.units?.length ?? 0
    token = page.nextPageToken
  }
  if (seen !== units) throw new Error(`/fleet/v1/units has ${seen} units, not ${units}`)
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await act()
  return performance.now() - begun
}
