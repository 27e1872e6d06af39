import {expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {ensureClusterId} from '../../src/lib/cluster/cluster-id.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'

test('a cluster has one id, whoever asks first', async () => {
  const store = new MemoryStore()
  const ids = await Promise.all([ensureClusterId(store), ensureClusterId(store), ensureClusterId(store)])
  expect(new Set(ids).size).toBe(1)
  expect(await ensureClusterId(store)).toBe(ids[0])
  expect(await ensureClusterId(new MemoryStore())).not.toBe(ids[0])
})

test('an id that cannot be read is no reason for another', async () => {
  const store = new MemoryStore()
  await store.commit([], [{kind: 'put', key: 'cluster', value: '{"schema":2}'}])
  await expect(ensureClusterId(store)).rejects.toThrow(UnreachableError)
  expect((await store.get(['cluster'])).entries[0]?.value).toBe('{"schema":2}')
})
