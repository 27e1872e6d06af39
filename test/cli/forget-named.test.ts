import {afterEach, beforeEach, expect, test} from 'vitest'
import {ConflictError, NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {forgetNamed} from '../../src/lib/cli/machines/forget-named.ts'
import {readView} from '../../src/lib/cluster/read.ts'
import {prefixes} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {assignmentEntry, machineEntry, machineSettingsEntry, stateEntry} from '../fakes/stored-cluster.ts'

const signal = new AbortController().signal
let store: MemoryStore
beforeEach(async () => {
  store = new MemoryStore()
  const entries = [
    machineEntry('m1'),
    assignmentEntry('a.service', 'lost1aaa'),
    stateEntry('b.service', 'active/running', {machine: 'lost2bbb'}),
    machineSettingsEntry('gone3ccc', {cordoned: true}),
  ]
  await store.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )
})
afterEach(() => store.close())

test.each<[words: readonly string[], ids: readonly string[]]>([
  [['lost1'], ['lost1aaa']],
  [['lost2bbb'], ['lost2bbb']],
  [['gone'], ['gone3ccc']],
  [
    ['lost2', 'lost1', 'lost2b'],
    ['lost2bbb', 'lost1aaa'],
  ],
])('%j are forgotten', async (words, ids) => {
  expect(await forgetNamed(store, words, signal)).toEqual(ids)
  const {settings} = await readView(store, [prefixes.machineSettings], signal)
  expect(ids.map(id => settings.get(id)?.gone)).toEqual(ids.map(() => true))
})

test.each<[words: readonly string[], kind: new (message: string) => Error]>([
  [['lost'], UsageError],
  [['nobody'], NotFoundError],
  [['m1'], ConflictError],
  [['one'], ConflictError],
  [['lost1', 'nobody'], NotFoundError],
])('%j are not, and nothing is written', async (words, kind) => {
  await expect(forgetNamed(store, words, signal)).rejects.toThrow(kind)
  const {settings} = await readView(store, [prefixes.machineSettings], signal)
  expect([...settings.values()].filter(({gone}) => gone === true)).toEqual([])
})
