import {afterEach, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {placeKey} from '../../src/lib/journal/places.ts'
import {readTails} from '../../src/lib/journal/read-tails.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {assignmentEntry, entryOf, machineEntry, recordEntry, storedFile} from '../fakes/stored-cluster.ts'

const store = new MemoryStore()
afterEach(() => store.close())

test('what keeps each place from being read is told of that place', async () => {
  const file = entryOf(keys.file(storedFile), '[Container]\nImage=busybox\n')
  const placed = ['m1', 'm2', 'm3'].map(machine => assignmentEntry('web.service', machine))
  const entries = [file, recordEntry('web.service'), machineEntry('m1'), machineEntry('m2'), ...placed]
  await store.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )
  const tails = await readTails(
    ['web.service'],
    {lines: 5, patience: 20},
    {
      store,
      view: ClusterView.of(entries),
      reach: ({id}) => (id === 'm1' ? new Promise(() => {}) : Promise.reject(new UnreachableError('its door is shut'))),
    },
    new AbortController().signal,
  )
  const told = ['m1', 'm2', 'm3'].map(machine => tails.get(placeKey({unit: 'web.service', machine})))
  expect(told.map(tail => (tail !== undefined && 'error' in tail ? tail.error.message : tail))).toEqual([
    'machine one did not answer within 0.02s',
    'its door is shut',
    'machine m3 is lost',
  ])
})
