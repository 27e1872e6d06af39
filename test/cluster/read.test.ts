import {expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../src/lib/cluster/model.ts'
import {readGlances, readView} from '../../src/lib/cluster/read.ts'
import {keys, prefixes} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {CompactedError, type Store} from '../../src/lib/store/store.ts'

const never = new AbortController().signal
const record = encode(unitRecordSchema, {file: 'a'.repeat(64), desiredState: 'launched', generation: 1})

/** A store that history is compacted in while it is read, so many times: after each unit is gone that was read. */
function overtaken(store: Store, times: number): Store {
  let left = times
  const overtake = async <Read extends {readonly revision: number}>(read: Promise<Read>): Promise<Read> => {
    const {revision} = await read
    if (left === 0) return await read
    left -= 1
    await store.commit([], [{kind: 'delete', key: keys.unit('a.service')}])
    throw new CompactedError(revision + 1)
  }
  const list: Store['list'] = (under, options) => overtake(store.list(under, options))
  const glance: Store['glance'] = (wanted, options) => overtake(store.glance(wanted, options))
  return Object.assign(Object.create(store), {list, glance, get: store.get.bind(store)})
}

async function storeWithTwo(): Promise<Store> {
  const store = new MemoryStore()
  await store.commit(
    [],
    ['a.service', 'b.service'].map(name => ({kind: 'put', key: keys.unit(name), value: record})),
  )
  return store
}

test('a reading that compaction overtakes begins anew, with nothing of before', async () => {
  const view = await readView(overtaken(await storeWithTwo(), 2), [prefixes.units], never)
  expect([...view.units.keys()]).toEqual(['b.service'])
})

test('so does a glance', async () => {
  const {units} = await readGlances(overtaken(await storeWithTwo(), 2), never)
  expect([...units]).toEqual(['b.service'])
})

test('it does not begin anew for ever', async () => {
  await expect(readView(overtaken(await storeWithTwo(), 3), [prefixes.units], never)).rejects.toThrow(CompactedError)
})
