import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ConflictError} from '../../src/lib/base/errors.ts'
import {changeUnits, readRecords, type UnitChange} from '../../src/lib/cluster/change.ts'
import type {UnitValue} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {maxWrites, type Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'

const never = new AbortController().signal
const text = 'a text'
const file = fileHash(text)
const created: UnitValue = {file, desiredState: 'inactive', generation: 0}

/** Makes a unit that is not there; raises the generation of one that is. */
function raise(name: string): UnitChange {
  const change = (before: UnitValue | undefined): UnitValue =>
    before === undefined ? created : {file: before.file, desiredState: before.desiredState, generation: before.generation + 1}
  return {name, text, change}
}

describe('changes of units', () => {
  let store: DisturbedStore
  beforeEach(() => {
    store = new DisturbedStore()
  })
  afterEach(() => store.close())

  const view = async () => ClusterView.of((await store.inner.list([''])).entries)
  const generations = async () => Object.fromEntries([...(await view()).units.values()].map(unit => [unit.name, unit.generation]))
  const put = ({key, value}: {key: string; value: string}): Write => ({kind: 'put', key, value})

  test('units are made with their file, which is written once', async () => {
    const results = await changeUnits(store, ['b.service', 'a.service'].map(raise), never)
    expect(results).toEqual(
      ['b.service', 'a.service'].map(name => ({name, before: undefined, record: created, revision: store.inner.revision})),
    )
    expect(store.commits.map(writes => writes.map(({key}) => key))).toEqual([
      ['units/b.service', 'units/a.service', `files/${file}`],
    ])
    expect((await view()).files).toEqual(new Map([[file, text]]))
  })

  test('what is to stay as it is costs no write', async () => {
    await changeUnits(store, [raise('a.service')], never)
    const [result] = await changeUnits(store, [{name: 'a.service', change: () => undefined}], never)
    expect(result).toMatchObject({before: created, record: created, revision: result?.before?.revision})
    const [none] = await changeUnits(store, [{name: 'b.service', change: () => undefined}], never)
    expect(none).toEqual({name: 'b.service', before: undefined, record: undefined, revision: 0})
    expect(store.commits).toHaveLength(1)
  })

  test('a file that the record names already is not written again', async () => {
    await changeUnits(store, [raise('a.service')], never)
    await changeUnits(store, [raise('a.service')], never)
    expect(store.commits[1]?.map(({key}) => key)).toEqual(['units/a.service'])
  })

  test('a unit is deleted, and its file is left', async () => {
    await changeUnits(store, [raise('a.service')], never)
    const results = await changeUnits(store, [{name: 'a.service', change: () => 'delete'}], never)
    expect(results).toMatchObject([{name: 'a.service', before: created, record: undefined, revision: store.inner.revision}])
    expect((await view()).units.size).toBe(0)
    expect((await view()).files.size).toBe(1)
  })

  test('a record names no file that is not there', async () => {
    const other = {...created, file: fileHash('another')}
    await changeUnits(store, [raise('a.service')], never)
    const toAnother: UnitChange = {name: 'a.service', change: () => other}
    await expect(changeUnits(store, [toAnother], never)).rejects.toThrow(ConflictError)
    expect(await generations()).toEqual({'a.service': 0})
    await store.inner.commit([], [put({key: keys.file(other.file), value: 'another'})])
    expect(await changeUnits(store, [toAnother], never)).toMatchObject([{revision: store.inner.revision}])
  })

  describe('while others write', () => {
    const others = (name: string, generation: number) => {
      const {key, value} = recordEntry(name, {file, desiredState: 'inactive', generation})
      return store.inner.commit([], [put({key, value})])
    }

    test('between the look and the write: the change is decided again on what is there now', async () => {
      await changeUnits(store, [raise('a.service'), raise('b.service')], never)
      store.beforeCommit = async () => {
        store.beforeCommit = undefined
        await others('a.service', 40)
      }
      const results = await changeUnits(store, [raise('a.service'), raise('b.service')], never)
      expect(results.map(({record}) => record?.generation)).toEqual([41, 1])
      expect(await generations()).toEqual({'a.service': 41, 'b.service': 1})
    })

    test('made meanwhile: it is not made a second time', async () => {
      store.beforeCommit = async () => {
        store.beforeCommit = undefined
        await others('a.service', 3)
      }
      await changeUnits(store, [raise('a.service')], never)
      expect(await generations()).toEqual({'a.service': 4})
    })

    test('destroyed meanwhile: it is decided as one that is not there', async () => {
      await changeUnits(store, [raise('a.service')], never)
      store.beforeCommit = async () => {
        store.beforeCommit = undefined
        await store.inner.commit([], [{kind: 'delete', key: keys.unit('a.service')}])
      }
      const seen: (number | undefined)[] = []
      const change = (before: UnitValue | undefined) => {
        seen.push(before?.generation)
        return before === undefined ? undefined : ('delete' as const)
      }
      expect(await changeUnits(store, [{name: 'a.service', change}], never)).toMatchObject([{record: undefined, revision: 0}])
      expect(seen).toEqual([0, undefined])
    })

    test('all the time: it gives up', async () => {
      let generation = 0
      store.beforeCommit = async () => {
        await others('a.service', ++generation)
      }
      await expect(changeUnits(store, [raise('a.service')], never)).rejects.toThrow('a.service is being changed by others')
    })

    test('many at once, and no wish is lost', async () => {
      await changeUnits(store, [raise('a.service')], never)
      await Promise.all(Array.from({length: 8}, () => changeUnits(store, [raise('a.service')], never)))
      expect(await generations()).toEqual({'a.service': 8})
    })
  })

  test.each([1, 64, 65, 128, 129, 200])('%i units go in commits that the store takes', async count => {
    const names = Array.from({length: count}, (_, n) => `web@${n}.service`)
    // Each with a file of its own: the most that a commit can have to hold.
    const changes = names.map(name => ({...raise(name), text: name, change: () => ({...created, file: fileHash(name)})}))
    const results = await changeUnits(store, changes, never)
    expect(results.map(({name}) => name)).toEqual(names)
    expect((await view()).units.size).toBe(count)
    expect((await view()).files.size).toBe(count)
    expect(store.commits).toHaveLength(Math.ceil(count / 64))
    for (const writes of store.commits) expect(writes.length).toBeLessThanOrEqual(maxWrites)
  })

  test('of several batches only those are decided again that met another writer', async () => {
    const names = Array.from({length: 300}, (_, n) => `web@${n}.service`)
    await changeUnits(store, names.map(raise), never)
    const before = store.commits.length
    store.beforeCommit = async () => {
      store.beforeCommit = undefined
      const {key, value} = recordEntry('web@3.service', {file, desiredState: 'inactive', generation: 40})
      await store.inner.commit([], [put({key, value})])
    }
    const results = await changeUnits(store, names.map(raise), never)
    const sizes = store.commits.slice(before).map(writes => writes.length)
    expect([sizes.slice(0, 3).sort(), sizes.slice(3)]).toEqual([[128, 128, 44], [128]])
    expect(results.map(({record}) => record?.generation)).toEqual(names.map((_, n) => (n === 3 ? 41 : 1)))
  })

  test.each<[number]>([[1], [200]])(
    'a record that cannot be read stops everything before anything is written: of %i',
    async count => {
      await store.inner.commit([], [put({key: keys.unit('web@0.service'), value: '{"schema":2}'})])
      const changes = Array.from({length: count}, (_, n) => raise(`web@${n}.service`))
      const change = changeUnits(store, changes, never)
      await expect(change).rejects.toThrow(ConflictError)
      await expect(change).rejects.toThrow(/units\/web@0\.service.*newer Meissa/)
      expect(store.commits).toEqual([])
    },
  )

  test('records are read as far as they are there', async () => {
    await changeUnits(store, [raise('a.service'), raise('c.service')], never)
    expect([...(await readRecords(store, ['a.service', 'b.service'], never)).keys()]).toEqual(['a.service'])
  })
})
