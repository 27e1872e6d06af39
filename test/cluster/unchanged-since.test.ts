import {afterEach, beforeEach, expect, test} from 'vitest'
import {ConflictError, UsageError} from '../../src/lib/base/errors.ts'
import {refuseIfChanged} from '../../src/lib/cluster/unchanged-since.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Write} from '../../src/lib/store/store.ts'

let store: MemoryStore
const {signal} = new AbortController()
beforeEach(async () => {
  store = new MemoryStore()
  await store.commit([], [put('units/x.service'), put('machines/a'), put('assignments/a/x.service')])
})
afterEach(() => store.close())

const put = (key: string, value = '1'): Write => ({kind: 'put', key, value})

test.each<[name: string, writes: readonly Write[], named: string]>([
  ['a unit', [put('units/x.service', '2')], 'units/x.service'],
  ['a new unit', [put('units/y.service')], 'units/y.service'],
  ['a unit that is gone', [{kind: 'delete', key: 'units/x.service'}], 'units/x.service'],
  ['a machine', [{kind: 'delete', key: 'machines/a'}], 'machines/a'],
  ['what was set of a machine', [put('settings/machines/a')], 'settings/machines/a'],
  ['a place', [put('assignments/b/x.service')], 'assignments/b/x.service'],
  ['many', [1, 2, 3, 4, 5].map(at => put(`units/${at}.service`)), 'units/1.service, units/2.service, units/3.service and 2 more'],
])('%s has changed', async (_, writes, named) => {
  const since = store.revision
  await store.commit([], writes)
  await expect(refuseIfChanged(store, since, signal)).rejects.toThrow(
    new ConflictError(`the cluster has changed after revision ${since}: ${named}`, {
      hint: 'nothing was changed; look at the plan again',
    }),
  )
})

test.each<[name: string, writes: readonly Write[]]>([
  ['nothing has', []],
  ['only a state has', [put('states/a/x.service')]],
  ['only a refusal has', [put('refusals/x.service')]],
])('%s changed', async (_, writes) => {
  const since = store.revision
  if (writes.length > 0) await store.commit([], writes)
  await expect(refuseIfChanged(store, since, signal)).resolves.toBeUndefined()
})

test('a revision that is still to come is wrong usage', async () => {
  await expect(refuseIfChanged(store, store.revision + 1, signal)).rejects.toThrow(UsageError)
})

test('a revision that nobody remembers is refused', async () => {
  const since = store.revision
  await store.commit([], [put('states/a/x.service')])
  store.compact(store.revision)
  await expect(refuseIfChanged(store, since, signal)).rejects.toThrow(/too old/)
})
