import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {
  CompactedError,
  type Entry,
  type Glance,
  type Guard,
  maxWrites,
  type Store,
  type Write,
} from '../../src/lib/store/store.ts'
import {byText, describeChange, put, remove, takeChanges} from '../store/watching.ts'
import {sessionContract} from './store-sessions.ts'

/** Where stores of one kind come from: each is empty, apart from what other stores at the same place hold elsewhere. */
export interface StoreSource {
  open(): Promise<OpenedStore>
  close(): Promise<void>
}

export interface OpenedStore {
  readonly store: Store
  /** Ends a lease as if it had run out. */
  expire(session: string): Promise<void>
  /** Compacts all history before the present revision. */
  compact(): Promise<number>
}

/** What every Store promises. */
export function storeContract(name: string, openSource: () => Promise<StoreSource>): void {
  describe(`${name} keeps the store contract`, () => {
    let source: StoreSource
    let opened: OpenedStore
    let store: Store
    let start: number
    beforeAll(async () => {
      source = await openSource()
    })
    afterAll(async () => await source?.close())
    beforeEach(async () => {
      opened = await source.open()
      store = opened.store
      start = (await store.list([''])).revision
    })
    afterEach(() => store.close())

    const write = async (...writes: readonly Write[]): Promise<number> => {
      const result = await store.commit([], writes)
      expect(result.ok).toBe(true)
      return result.revision
    }
    const keysOf = async (...prefixes: readonly string[]): Promise<readonly string[]> =>
      (await store.list(prefixes)).entries.map(entry => entry.key)
    const glanced = async (...wanted: readonly Omit<Glance, 'take'>[]): Promise<readonly (readonly string[])[]> => {
      const taken = wanted.map((): string[] => [])
      const take = (at: number) => (key: string, value: string) => taken[at]?.push(`${key}=${value}`)
      const ended = taken.map(() => -1)
      await store.glance(
        wanted.map((each, at) => ({...each, take: take(at), taken: () => (ended[at] = taken[at]?.length ?? -1)})),
      )
      expect(ended).toEqual(taken.map(({length}) => length))
      return taken
    }

    describe('reading', () => {
      test('an empty store lists nothing at a revision', async () => {
        expect(await store.list(['a/', 'b/'])).toEqual({revision: start, entries: []})
        expect(await store.get([])).toEqual({revision: start, entries: []})
      })

      test('entries carry the revisions that made and last changed them', async () => {
        const first = await write(put('a', 'ä\n"1"'), put('b', '2'))
        const second = await write(put('a', '3'))
        expect(await store.list([''])).toEqual({
          revision: second,
          entries: [
            {key: 'a', value: '3', createRevision: first, modRevision: second},
            {key: 'b', value: '2', createRevision: first, modRevision: first},
          ],
        })
      })

      test('several prefixes come sorted by key and overlapping ones once', async () => {
        await write(put('u/b'), put('u/a'), put('s/x/2'), put('s/x/1'), put('t/1'), put('u0'))
        expect(await keysOf('u/', 's/', 's/x/')).toEqual(['s/x/1', 's/x/2', 'u/a', 'u/b'])
      })

      test('keysOnly leaves values out', async () => {
        await write(put('a', 'long'))
        expect((await store.list(['a'], {keysOnly: true})).entries).toMatchObject([{key: 'a', value: ''}])
      })

      test('of values no more than their beginnings are read', async () => {
        await write(put('a', 'short'), put('b', 'much longer'), put('c', 'überlang'))
        expect(await glanced({prefix: '', valueBytes: 5})).toEqual([['a=short', 'b=much ', 'c=über']])
        expect(await glanced({prefix: 'c', valueBytes: 1})).toEqual([['=\ufffd']])
      })

      test('those of a prefix are glanced at in order, without the prefix', async () => {
        await write(put('s/m/b', '1'), put('u/b', '2'), put('u/a', '3'), put('s/m/a', '4'), put('t', '5'))
        const wanted = ['u/', 's/', 'none/'].map((prefix, valueBytes) => ({prefix, valueBytes}))
        expect(await glanced(...wanted)).toEqual([['a=', 'b='], ['m/a=4', 'm/b=1'], []])
      })

      test('a glance tells its revision', async () => {
        const last = await write(put('a'), put('b'))
        expect(await store.glance([{prefix: 'a', valueBytes: 0, take: () => {}}])).toEqual({revision: last})
      })

      test('entries are taken as they come, those of a prefix in order', async () => {
        const last = await write(put('u/b', '1'), put('u/a', '2'), put('s/1', '3'), put('t', '4'))
        const taken: Entry[] = []
        const {entries, revision} = await store.list(['u/', 's/', 'none/'], {take: entry => taken.push(entry)})
        expect({entries, revision}).toEqual({entries: [], revision: last})
        const of = (prefix: string) => taken.filter(({key}) => key.startsWith(prefix)).map(({key, value}) => `${key}=${value}`)
        expect([of('u/'), of('s/')]).toEqual([['u/a=2', 'u/b=1'], ['s/1=3']])
        expect(taken).toHaveLength(3)
      })

      test('get leaves missing keys out and takes keys, not prefixes', async () => {
        await write(put('a/1', '1'), put('a/11', '11'), put('b', '2'))
        const {entries} = await store.get(['b', 'none', 'a/1', 'b'])
        expect(entries.map(entry => entry.value).sort()).toEqual(['1', '2'])
      })

      test('get takes more keys than one commit', async () => {
        const keys = Array.from({length: maxWrites + 20}, (_, index) => `k/${index}`)
        await write(...keys.slice(0, maxWrites).map(key => put(key)))
        await write(...keys.slice(maxWrites).map(key => put(key)))
        expect((await store.get(keys)).entries).toHaveLength(keys.length)
      })

      test('a pinned revision shows the past', async () => {
        const first = await write(put('a', '1'), put('b', '1'))
        await write(put('a', '2'), remove('b'), put('c', '2'))
        const {revision, entries} = await store.list([''], {revision: first})
        expect(revision).toBe(first)
        expect(entries.map(entry => `${entry.key}=${entry.value}`)).toEqual(['a=1', 'b=1'])
        const got = await store.get(['b', 'a', 'c'], {revision: first})
        expect(got.revision).toBe(first)
        expect(got.entries.map(entry => `${entry.key}=${entry.value}`).sort()).toEqual(['a=1', 'b=1'])
      })

      test('21,000 keys are listed at one revision', async () => {
        const keys = Array.from({length: 21_000}, (_, index) => `many/${String(index).padStart(6, '0')}`)
        for (let at = 0; at < keys.length; at += maxWrites)
          await write(...keys.slice(at, at + maxWrites).map(key => put(key, key)))
        const listing = store.list(['many/', 'more/'])
        const later = write(put('many/last'), put('more/last'))
        const {entries, revision} = await listing
        expect(entries.filter(entry => entry.modRevision <= revision).length).toBe(entries.length)
        expect(entries.map(entry => entry.key).filter(key => !key.endsWith('/last'))).toEqual(keys)
        expect(entries.length).toBe(revision < (await later) ? 21_000 : 21_002)
      })

      test('an aborted read throws the reason', async () => {
        await expect(store.list([''], {signal: AbortSignal.abort(new Error('enough'))})).rejects.toThrow('enough')
      })
    })

    describe('commits', () => {
      const cases: readonly [name: string, guard: (created: number, modified: number) => Guard, ok: boolean][] = [
        ['unchanged since its revision', (_, modRevision) => ({kind: 'unchanged', key: 'k', modRevision}), true],
        ['changed since an older revision', modRevision => ({kind: 'unchanged', key: 'k', modRevision}), false],
        ['absent, as wanted', () => ({kind: 'unchanged', key: 'none', modRevision: 0}), true],
        ['there, though wanted absent', () => ({kind: 'unchanged', key: 'k', modRevision: 0}), false],
        ['absent, though wanted unchanged', (_, modRevision) => ({kind: 'unchanged', key: 'none', modRevision}), false],
        ['created when said', createRevision => ({kind: 'created', key: 'k', createRevision}), true],
        ['created at another revision', (_, createRevision) => ({kind: 'created', key: 'k', createRevision}), false],
        ['not there to be created', createRevision => ({kind: 'created', key: 'none', createRevision}), false],
        ['present', () => ({kind: 'present', key: 'k'}), true],
        ['not present', () => ({kind: 'present', key: 'none'}), false],
      ]
      test.each(cases)('guard: %s', async (_, guard, ok) => {
        const created = await write(put('k', '1'))
        const modified = await write(put('k', '2'))
        const result = await store.commit([{kind: 'present', key: 'k'}, guard(created, modified)], [put('k', '3'), put('l', '3')])
        expect(result).toEqual({ok, revision: ok ? modified + 1 : modified})
        expect(await keysOf('')).toEqual(ok ? ['k', 'l'] : ['k'])
      })

      test('writes take one revision, and nothing changed takes none', async () => {
        const revision = await write(put('a'), put('b'), remove('none'))
        expect((await store.list([''])).entries.map(entry => entry.modRevision)).toEqual([revision, revision])
        expect(await store.commit([], [remove('none')])).toEqual({ok: true, revision})
        expect(await store.commit([{kind: 'present', key: 'a'}], [])).toEqual({ok: true, revision})
      })

      test('a key deleted and put anew is created anew', async () => {
        await write(put('a'))
        await write(remove('a'))
        const revision = await write(put('a'))
        expect((await store.get(['a'])).entries).toMatchObject([{createRevision: revision, modRevision: revision}])
      })

      test(`${maxWrites} writes under as many guards go, more do not`, async () => {
        const writes = Array.from({length: maxWrites}, (_, index) => put(`k/${index}`))
        const guards = writes.map(({key}): Guard => ({kind: 'unchanged', key, modRevision: 0}))
        expect(await store.commit(guards, writes)).toMatchObject({ok: true})
        expect(await store.commit(guards, writes)).toMatchObject({ok: false})
        await expect(store.commit([], [...writes, put('more')])).rejects.toThrow(RangeError)
        await expect(store.commit([...guards, {kind: 'present', key: 'more'}], writes)).rejects.toThrow(RangeError)
      })

      test('a key cannot be written twice in one commit', async () => {
        await expect(store.commit([], [put('a', '1'), remove('a')])).rejects.toThrow(RangeError)
      })

      test('of two that race, one wins', async () => {
        const absent: Guard = {kind: 'unchanged', key: 'a', modRevision: 0}
        const results = await Promise.all(['1', '2', '3', '4'].map(value => store.commit([absent], [put('a', value)])))
        expect(results.filter(result => result.ok)).toHaveLength(1)
      })
    })

    describe('watching', () => {
      test('changes come in order, one batch a revision', async () => {
        const taken = takeChanges(store, {prefixes: [''], revision: start, count: 3})
        await write(put('a', '1'), put('b', '1'))
        await write(put('a', '2'), remove('b'))
        await write(remove('a'))
        expect((await taken).map(describeChange)).toEqual([`${start + 1} +a=1 +b=1`, `${start + 2} +a=2 -b`, `${start + 3} -a`])
      })

      test('put events carry the whole entry', async () => {
        const session = await store.openSession(60)
        const created = await write(put('a', '1'))
        const revision = await write(put('a', '2', session))
        const [change] = await takeChanges(store, {prefixes: ['a'], revision: created, count: 1})
        const entry = {key: 'a', value: '2', createRevision: created, modRevision: revision, session: session.id}
        expect(change).toEqual({revision, events: [{kind: 'put', entry}]})
        await session.close({revoke: true})
      })

      test('from an earlier revision the past comes first', async () => {
        const first = await write(put('a', '1'))
        await write(put('a', '2'))
        await write(put('a', '3'))
        const taken = takeChanges(store, {prefixes: ['a'], revision: first, count: 3})
        await write(put('a', '4'))
        expect((await taken).map(describeChange)).toEqual([`${first + 1} +a=2`, `${first + 2} +a=3`, `${first + 3} +a=4`])
      })

      test('several prefixes share batches, and others are not told', async () => {
        const taken = takeChanges(store, {prefixes: ['units/', 'assignments/m/'], revision: start, count: 3})
        await write(put('units/a', '1'), put('machines/x', '1'), put('assignments/m/a', '1'))
        await write(put('machines/y', '2'), put('settings/m', '2'), put('assignments/mm/a', '2'))
        await write(put('units/a', '3'))
        await write(remove('assignments/m/a'), remove('machines/x'))
        const seen = (await taken).map(change => describeChange({...change, events: [...change.events].sort(byText)}))
        expect(seen).toEqual([
          `${start + 1} +assignments/m/a=1 +units/a=1`,
          `${start + 3} +units/a=3`,
          `${start + 4} -assignments/m/a`,
        ])
      })

      test('a slow reader gets everything', async () => {
        const ending = new AbortController()
        const seen: number[] = []
        const reading = (async () => {
          for await (const change of store.watch(['s/'], start, ending.signal)) {
            seen.push(change.revision)
            if (seen.length % 50 === 0) await new Promise(resolve => setTimeout(resolve, 20))
            if (seen.length === 300) ending.abort()
          }
        })()
        for (let index = 0; index < 300; index += 1) await write(put(`s/${index}`))
        await reading
        expect(seen).toEqual(Array.from({length: 300}, (_, index) => start + 1 + index))
      })

      test('abort ends a watch that has nothing to say', async () => {
        const ending = new AbortController()
        const watch = store.watch([''], start, ending.signal)[Symbol.asyncIterator]()
        const next = watch.next()
        ending.abort()
        expect(await next).toEqual({done: true, value: undefined})
        expect(await store.watch([''], start, AbortSignal.abort())[Symbol.asyncIterator]().next()).toMatchObject({done: true})
      })

      test('close ends watches', async () => {
        const next = store.watch([''], start, new AbortController().signal)[Symbol.asyncIterator]().next()
        store.close()
        expect(await next).toMatchObject({done: true})
        await expect(store.list([''])).rejects.toThrow('closed')
      })

      test('compacted history is refused, what is left is not', async () => {
        const first = await write(put('a', '1'))
        await write(put('a', '2'))
        await write(remove('a'))
        const compacted = await opened.compact()
        const never = new AbortController().signal
        const watch = store.watch(['a'], first, never)[Symbol.asyncIterator]()
        await expect(watch.next()).rejects.toThrow(CompactedError)
        const atTheEdge = store.watch(['a'], compacted - 1, never)[Symbol.asyncIterator]()
        await expect(atTheEdge.next()).rejects.toThrow(CompactedError)
        await expect(store.list([''], {revision: compacted - 1})).rejects.toThrow(CompactedError)
        await expect(store.list([''], {revision: compacted})).resolves.toEqual({revision: compacted, entries: []})
        const taken = takeChanges(store, {prefixes: ['a'], revision: compacted, count: 1})
        await write(put('a', '4'))
        expect((await taken).map(describeChange)).toEqual([`${compacted + 1} +a=4`])
      })
    })

    sessionContract(() => opened)
  })
}
