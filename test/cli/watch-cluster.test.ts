import {afterEach, beforeEach, expect, test} from 'vitest'
import {Bell} from '../../src/lib/base/bell.ts'
import {type Look, watchCluster} from '../../src/lib/cli/watch/cluster.ts'
import {prefixes} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {machineEntry, recordEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'

let store: MemoryStore
let ending: AbortController
let looks: (readonly string[])[]
beforeEach(() => {
  store = new MemoryStore()
  ending = new AbortController()
  looks = []
})
afterEach(() => {
  ending.abort()
  store.close()
})

const put = (name: string) => store.commit([], [{kind: 'put', ...recordEntry(name)}])
const onLook = ({view}: Look) => looks.push([...view.units.keys()])
const watch = (more: {everyMs?: number; bell?: Bell} = {}) =>
  watchCluster(store, [prefixes.units], {signal: ending.signal, bell: new Bell(), onLook, ...more})

test('looks at once, after changes, and ends with the signal', async () => {
  await put('a.service')
  const watching = watch()
  await until('a first look', () => looks.length === 1)
  await put('b.service')
  await until('a second look', () => looks.length === 2)
  expect(looks).toEqual([['a.service'], ['a.service', 'b.service']])
  ending.abort()
  await watching
})

test('many changes are few looks', async () => {
  const watching = watch()
  await until('a first look', () => looks.length === 1)
  const begun = performance.now()
  for (let unit = 0; unit < 200; unit++) await put(`a@${unit}.service`)
  await until('all units', () => looks.at(-1)?.length === 200)
  expect(looks.length).toBeLessThanOrEqual(3 + (performance.now() - begun) / 100)
  ending.abort()
  await watching
})

test('looks again when it is asked to, and from time to time', async () => {
  const bell = new Bell()
  const watching = watch({bell})
  await until('a first look', () => looks.length === 1)
  bell.ring()
  await until('a second look', () => looks.length === 2)
  ending.abort()
  await watching
  ending = new AbortController()
  looks = []
  const ticking = watch({everyMs: 120})
  await until('three looks', () => looks.length >= 3)
  ending.abort()
  await ticking
})

test('what other prefixes do is nothing to it', async () => {
  const watching = watch()
  await until('a first look', () => looks.length === 1)
  await store.commit([], [{kind: 'put', ...machineEntry()}])
  await put('a.service')
  await until('a second look', () => looks.length === 2)
  ending.abort()
  await watching
})

test('what a look throws ends it', async () => {
  const thrown = new Error('no')
  const watching = watchCluster(store, [prefixes.units], {
    signal: ending.signal,
    bell: new Bell(),
    onLook: () => {
      throw thrown
    },
  })
  await expect(watching).rejects.toBe(thrown)
})
