import {expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {Metrics} from '../../src/lib/base/metrics.ts'
import {measuredStore} from '../../src/lib/store/measured.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {metricsIn} from '../api/v1/metrics-text.ts'
import {storeContract} from '../contracts/store.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {until} from '../fakes/until.ts'

storeContract('a measured store', async () => ({
  open: async () => {
    const inner = new MemoryStore()
    return {
      store: measuredStore(inner, new Metrics(), () => performance.now()),
      expire: async session => inner.expireSession(session),
      compact: async () => {
        const {revision} = inner
        inner.compact(revision)
        return revision
      },
    }
  },
  close: async () => {},
}))

test('what is asked of a store is counted, timed and told by its failures', async () => {
  const metrics = new Metrics()
  const inner = new DisturbedStore()
  let clock = 0
  const store = measuredStore(inner, metrics, () => (clock += 10))
  const sample = (name: string, label = '') =>
    metricsIn(metrics.render())
      .get(name)
      ?.samples.find(({labels, name: full}) => Object.values(labels).join(' ') === label && !full.endsWith('_bucket'))?.value
  const over = new AbortController()
  const watched = (async () => {
    for await (const _ of store.watch([''], 1, over.signal));
  })()
  await store.commit([], [{kind: 'put', key: 'a', value: '1'}])
  await store.get(['a'])
  inner.beforeRead = () => {
    throw new UnreachableError('no etcd answers')
  }
  await expect(store.get(['a'])).rejects.toThrow('no etcd answers')
  await until('the change is heard', () => sample('meissa_etcd_watch_events_total') === 1)
  expect(sample('meissa_etcd_request_duration_seconds', 'get')).toBeCloseTo(0.02)
  expect(sample('meissa_etcd_request_duration_seconds', 'commit')).toBeCloseTo(0.01)
  expect(sample('meissa_etcd_request_errors_total', 'get unreachable')).toBe(1)
  expect(sample('meissa_etcd_watches')).toBe(1)
  over.abort()
  await watched
  expect(sample('meissa_etcd_watches')).toBe(0)
  store.close()
})
