import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Change, CommitResult, Entry, Guard, Store, Write} from '../../src/lib/store/store.ts'
import type {StoreSource} from '../contracts/store.ts'
import {openEtcdSource} from './etcd-source.ts'
import {takeChanges} from './watching.ts'

/** A commit whose revisions are counted from the first, so that it means the same to every store. */
interface Commit {
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
}

const key = fc.constantFrom('a', 'b', 'c/1', 'c/2')
const revision = fc.nat({max: 12})
const guard: fc.Arbitrary<Guard> = fc.oneof(
  fc.record({kind: fc.constant('unchanged' as const), key, modRevision: revision}),
  fc.record({kind: fc.constant('created' as const), key, createRevision: revision}),
  fc.record({kind: fc.constant('present' as const), key}),
)
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({kind: fc.constant('put' as const), key, value: fc.constantFrom('1', '2')}),
  fc.record({kind: fc.constant('delete' as const), key}),
)
const commit: fc.Arbitrary<Commit> = fc.record({
  guards: fc.array(guard, {maxLength: 2}),
  writes: fc.uniqueArray(write, {maxLength: 4, selector: ({key}) => key}),
})
const commits = fc.array(commit, {maxLength: 20})

/** The store as a plain map and a counter. */
class Model {
  revision = 1
  readonly entries = new Map<string, Entry>()

  commit({guards, writes}: Commit): CommitResult {
    const holds = guards.every(guard => {
      const entry = this.entries.get(guard.key)
      if (guard.kind === 'present') return entry !== undefined
      if (guard.kind === 'created') return (entry?.createRevision ?? 0) === guard.createRevision
      return (entry?.modRevision ?? 0) === guard.modRevision
    })
    if (!holds) return {ok: false, revision: this.revision}
    if (writes.some(write => write.kind === 'put' || this.entries.has(write.key))) this.revision += 1
    for (const write of writes) {
      const createRevision = this.entries.get(write.key)?.createRevision ?? this.revision
      if (write.kind === 'delete') this.entries.delete(write.key)
      else this.entries.set(write.key, {key: write.key, value: write.value, createRevision, modRevision: this.revision})
    }
    return {ok: true, revision: this.revision}
  }

  get sorted(): readonly Entry[] {
    return [...this.entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }
}

describe('any commits', () => {
  test('the memory store agrees with a map, now and at every earlier revision', async () => {
    await fc.assert(
      fc.asyncProperty(commits, async all => {
        const store = new MemoryStore()
        const model = new Model()
        const past = new Map([[1, model.sorted]])
        for (const each of all) {
          expect(await store.commit(each.guards, each.writes)).toEqual(model.commit(each))
          past.set(model.revision, model.sorted)
        }
        expect(await store.list([''])).toEqual({revision: model.revision, entries: model.sorted})
        for (const [revision, entries] of past) expect(await store.list([''], {revision})).toEqual({revision, entries})
        expect(await replay(store, 1, model.revision)).toEqual(model.sorted)
      }),
    )
  })

  describe('on etcd', () => {
    let source: StoreSource
    beforeAll(async () => {
      source = await openEtcdSource()
    })
    afterAll(async () => await source?.close())

    test('etcd agrees with the memory store', async () => {
      await fc.assert(
        fc.asyncProperty(commits, async all => {
          const {store} = await source.open()
          const memory = new MemoryStore()
          try {
            const start = (await store.list([''])).revision
            const offset = start - 1
            for (const each of all) {
              const result = await store.commit(
                each.guards.map(guard => shift(guard, offset)),
                each.writes,
              )
              expect({...result, revision: result.revision - offset}).toEqual(await memory.commit(each.guards, each.writes))
            }
            const listed = (await memory.list([''])).entries.map(entry => entryAt(entry, offset))
            expect((await store.list([''])).entries).toEqual(listed)
            expect(await replay(store, start, memory.revision + offset)).toEqual(listed)
          } finally {
            store.close()
          }
        }),
        {numRuns: 25},
      )
    })
  })
})

/** What a watch from a revision on builds up to, at another. */
async function replay(store: Store, from: number, to: number): Promise<readonly Entry[]> {
  const entries = new Map<string, Entry>()
  const changes: Change[] = []
  for (let revision = from; revision < to; revision = changes.at(-1)?.revision ?? to)
    changes.push(...(await takeChanges(store, {prefixes: ['a', 'b', 'c/'], revision, count: 1})))
  for (const event of changes.flatMap(change => change.events)) {
    if (event.kind === 'put') entries.set(event.entry.key, event.entry)
    else entries.delete(event.key)
  }
  return [...entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

function shift(guard: Guard, offset: number): Guard {
  if (guard.kind === 'unchanged' && guard.modRevision > 0) return {...guard, modRevision: guard.modRevision + offset}
  if (guard.kind === 'created' && guard.createRevision > 0) return {...guard, createRevision: guard.createRevision + offset}
  return guard
}

function entryAt(entry: Entry, offset: number): Entry {
  return {...entry, createRevision: entry.createRevision + offset, modRevision: entry.modRevision + offset}
}
