import {afterEach, describe, expect, test} from 'vitest'
import {Metrics} from '../../src/lib/base/metrics.ts'
import {measuredStore} from '../../src/lib/store/measured.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {openMirror} from '../../src/lib/store/mirror.ts'
import {CompactedError, type Entry, type ListOptions, type Write} from '../../src/lib/store/store.ts'
import {describeChange, until} from './watching.ts'

describe('a mirror', () => {
  let ending = new AbortController()
  afterEach(() => {
    ending.abort()
    ending = new AbortController()
  })
  const put = (key: string, value = ''): Write => ({kind: 'put', key, value})
  const open = async (prefixes: readonly string[] = ['a/']) => {
    const store = new MemoryStore()
    await store.commit([], [put('a/1', '1'), put('b/1', '1')])
    const changes: string[] = []
    const mirror = await openMirror(store, prefixes, {
      signal: ending.signal,
      onChange: (events, revision) => changes.push(describeChange({events, revision})),
    })
    const values = () => [...mirror.entries.values()].map(({key, value}) => `${key}=${value}`).sort()
    return {store, mirror, changes, values}
  }

  test('begins with what is there', async () => {
    const {mirror, values, changes} = await open()
    expect(values()).toEqual(['a/1=1'])
    expect(mirror.revision).toBe(2)
    expect(changes).toEqual([])
  })

  test('follows what changes and tells it', async () => {
    const {store, mirror, values, changes} = await open(['a/', 'b/'])
    await store.commit([], [put('a/2', '2'), {kind: 'delete', key: 'b/1'}, put('c/1', '2')])
    const {revision} = await store.commit([], [put('a/1', '3')])
    await mirror.reached(revision)
    expect(values()).toEqual(['a/1=3', 'a/2=2'])
    expect(changes).toEqual(['3 +a/2=2 -b/1', '4 +a/1=3'])
  })

  test('lists again after compaction and tells the difference', async () => {
    const {store, mirror, changes} = await open(['a/'])
    await mirror.reached(2)
    // The watch has no turn to run between these: none of them awaits anything.
    void store.commit([], [put('a/2', '2'), put('a/3', '2')])
    void store.commit([], [{kind: 'delete', key: 'a/1'}, put('a/2', '3')])
    store.compact(store.revision)
    await until('the mirror has caught up', () => mirror.revision === 4)
    expect(changes).toEqual(['4 -a/1 +a/2=3 +a/3=2'])
  })

  test('tells what it reads while it comes, and begins anew with nothing of before', async () => {
    const {store} = await open()
    let left = 1
    const list = async (prefixes: readonly string[], options?: ListOptions) => {
      const listing = await store.list(prefixes, options)
      if (left === 0) return listing
      left -= 1
      await store.commit([], [put('a/2', '2'), {kind: 'delete', key: 'a/1'}])
      throw new CompactedError(listing.revision + 1)
    }
    let told: string[] = []
    const reading = () => {
      told = []
      return ({key}: Entry) => void told.push(key)
    }
    const overtaken = {...measuredStore(store, new Metrics(), () => 0), list}
    const mirror = await openMirror(overtaken, ['a/'], {signal: ending.signal, reading})
    expect([told, [...mirror.entries.keys()]]).toEqual([['a/2'], ['a/2']])
  })

  test('reached waits no longer than its signal', async () => {
    const {mirror} = await open()
    await mirror.reached(1)
    await expect(mirror.reached(9, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    const waiting = new AbortController()
    const reached = mirror.reached(9, waiting.signal)
    waiting.abort(new Error('enough'))
    await expect(reached).rejects.toThrow('enough')
  })

  test('ends with its signal, and so does waiting', async () => {
    const {mirror} = await open()
    const reached = mirror.reached(9)
    ending.abort(new Error('over'))
    await expect(reached).rejects.toThrow('over')
    await expect(mirror.reached(9)).rejects.toThrow('over')
    await mirror.done
  })

  test('an observer that throws ends it', async () => {
    const store = new MemoryStore()
    const mirror = await openMirror(store, ['a/'], {
      signal: ending.signal,
      onChange: () => {
        throw new Error('no')
      },
    })
    const reached = mirror.reached(3)
    await store.commit([], [put('a/1')])
    await expect(mirror.done).rejects.toThrow('no')
    await expect(reached).rejects.toThrow('no')
  })
})
