import {afterEach, expect, test} from 'vitest'
import {Dismissals} from '../../src/lib/agent/dismissals.ts'
import {encode} from '../../src/lib/cluster/codec.ts'
import {machineSettingsSchema, moveSchema, refusalSchema} from '../../src/lib/cluster/model.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'

const never = new AbortController().signal
const web = 'web.service'
const store = new DisturbedStore()
afterEach(async () => {
  store.beforeRead = undefined
  const {entries} = await store.inner.list([''])
  await store.inner.commit(
    [],
    entries.map(({key}) => ({kind: 'delete', key})),
  )
})

const record = recordEntry(web)
const inactive = recordEntry(web, {desiredState: 'inactive'})
const gaveWay = {
  key: keys.refusal(web),
  value: encode(refusalSchema, {unitRevision: 1, reason: 'full', gaveWayTo: 'vip.service'}),
}
const refused = {key: keys.refusal(web), value: encode(refusalSchema, {unitRevision: 1, reason: 'full'})}
const settings = (drain: {maxParallel: number; reason?: string}) => ({
  key: keys.machineSettings('m1'),
  value: encode(machineSettingsSchema, {drain}),
})

test.each([
  ['its record is gone', [], ': it was destroyed'],
  ['its record cannot be read', [{...record, value: '{'}], ''],
  ['it is inactive', [inactive], ': it was unloaded'],
  ['another has its place', [record, gaveWay], ': it gave way to vip.service'],
  ['it fits nowhere any more', [record, refused], ''],
  ['the machine is drained', [record, settings({maxParallel: 1})], ': the machine is drained'],
  ['the machine is drained for a reason', [record, settings({maxParallel: 1, reason: 'disk'})], ': the machine is drained: disk'],
])('%s', async (_, entries, why) => {
  await store.inner.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )
  const told = await new Dismissals(store, 'm1').of(new Set([web]), new Map(), never)
  expect([...told]).toEqual([[web, `not assigned to this machine${why}`]])
})

test('each is looked up once, and what the store does not tell holds nothing up', async () => {
  const reads: number[] = []
  store.beforeRead = wanted => {
    reads.push(wanted.length)
    throw new Error('etcd is away')
  }
  const dismissals = new Dismissals(store, 'm1')
  for (const units of [[web], [web], [web, 'db.service'], ['db.service'], [web]]) {
    const told = await dismissals.of(new Set(units), new Map(), never)
    expect(told).toEqual(new Map(units.map(unit => [unit, 'not assigned to this machine'])))
  }
  expect(reads).toEqual([3, 3, 3])
})

test.each([
  ['is moved', {from: 'm1', to: 'm2', reason: 'evens out the load'}, true, ': it was moved to m2: evens out the load'],
  ['was to come here', {from: 'm2', to: 'm1', reason: 'why'}, true, ''],
  ['is moved, and nobody knows when', {from: 'm1', to: 'm2', reason: 'why'}, false, ''],
])('one that %s', async (_, move, isKnown, why) => {
  const wish = {kind: 'put', key: keys.move(web), value: encode(moveSchema, move)} as const
  await store.inner.commit([], [{kind: 'put', ...record}, wish])
  const {revision} = await store.inner.commit([], [{kind: 'delete', key: keys.move(web)}])
  const takenAt = new Map(isKnown ? [[web, revision]] : [])
  const told = await new Dismissals(store, 'm1').of(new Set([web]), takenAt, never)
  expect([...told]).toEqual([[web, `not assigned to this machine${why}`]])
})
