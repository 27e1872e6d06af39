import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import type {Goal} from '../../src/lib/cluster/progress.ts'
import {Follower, type GoalProgress} from '../../src/lib/cluster/wait.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Entry, Store} from '../../src/lib/store/store.ts'
import {
  assignmentEntry,
  leaderEntry,
  machineEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
  storedFile,
} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'
import {waitFor} from '../fakes/wait-for.ts'

const goalOf = (name: string): Goal => ({
  name,
  wish: 'start',
  record: {file: storedFile, desiredState: 'launched', generation: 1},
})
const words = (progress: GoalProgress) => [...progress].map(([name, {status}]) => `${name} ${status}`)

describe('waiting', () => {
  let store: MemoryStore
  let ending: AbortController
  let told: string[]
  beforeEach(() => {
    store = new MemoryStore()
    ending = new AbortController()
    told = []
  })
  afterEach(() => {
    ending.abort()
    store.close()
  })

  const put = (...entries: readonly Entry[]) =>
    store.commit(
      [],
      entries.map(({key, value}) => ({kind: 'put', key, value})),
    )
  const wait = (...names: readonly string[]) =>
    waitFor(
      store,
      names.map(goalOf),
      progress => told.push([...progress.values()].map(({text}) => text).join(', ')),
      ending.signal,
    )

  test('tells every step on the way, and ends when the goal is reached', async () => {
    await put(recordEntry('a.service'))
    await put(machineEntry('m1'), leaderEntry)
    const waiting = wait('a.service')
    for (const [text, entry] of [
      ['waiting for a place', assignmentEntry('a.service')],
      ['waiting for one/10.0.0.1', stateEntry('a.service', 'activating/start')],
      ['activating/start on one/10.0.0.1', stateEntry('a.service', 'active/running')],
    ] as const) {
      await until(text, () => told.at(-1) === text)
      await put(entry)
    }
    expect(words(await waiting)).toEqual(['a.service done'])
    expect(told.at(-1)).toBe('launched on one/10.0.0.1')
  })

  test('ends at once where the goal is reached already', async () => {
    await put(
      recordEntry('a.service'),
      machineEntry('m1'),
      assignmentEntry('a.service'),
      stateEntry('a.service', 'active/running'),
    )
    expect(words(await wait('a.service'))).toEqual(['a.service done'])
    expect(told).toHaveLength(1)
  })

  test('does not judge by what stood there before the wish', async () => {
    await put(recordEntry('a.service', {desiredState: 'loaded'}), machineEntry('m1'))
    const follower = new Follower(store, ending.signal)
    // It has looked before the wish is written.
    await follower.waitFor([], () => {}, ending.signal)
    await put(recordEntry('a.service'))
    const waiting = follower.waitFor([goalOf('a.service')], () => {}, ending.signal)
    await put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    expect(words(await waiting)).toEqual(['a.service done'])
    follower.close()
  })

  test('of nothing ends at once', async () => {
    expect((await wait()).size).toBe(0)
  })

  test('ends when each is done, failed or refused; what came to its end stays so', async () => {
    await put(machineEntry('m1'), ...['a.service', 'b.service', 'c.service'].map(name => recordEntry(name)))
    const waiting = wait('a.service', 'b.service', 'c.service')
    await until('it is waited for', () => told.length > 0)
    await put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    await until('the first is launched', () => told.at(-1)?.startsWith('launched') === true)
    await put(stateEntry('a.service', 'failed/failed'))
    await put(assignmentEntry('b.service'), stateEntry('b.service', 'failed/failed'))
    const record = (await store.get([keys.unit('c.service')])).entries[0]
    await put(refusalEntry('c.service', 'so', record?.modRevision ?? 0))
    expect(words(await waiting)).toEqual(['a.service done', 'b.service failed', 'c.service refused'])
  })

  test('what others do is not told', async () => {
    await put(recordEntry('a.service'), machineEntry('m1'))
    const waiting = wait('a.service')
    await until('it is waited for', () => told.length > 0)
    await put(recordEntry('b.service'), assignmentEntry('b.service'), stateEntry('b.service', 'failed/failed'))
    await put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    expect(words(await waiting)).toEqual(['a.service done'])
  })

  test('of other units no more is read than where they are', async () => {
    await put(machineEntry('m1'), ...['a.service', 'b.service'].map(name => recordEntry(name)))
    await put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    await put(assignmentEntry('b.service'), stateEntry('b.service', 'active/running'))
    const read: string[] = []
    const list: Store['list'] = async (prefixes, options) => {
      const listing = await store.list(prefixes, options)
      read.push(...listing.entries.map(({key}) => key))
      return listing
    }
    const glance: Store['glance'] = (wanted, options) => {
      read.push(...wanted.filter(({valueBytes}) => valueBytes > 0).map(({prefix}) => prefix))
      return store.glance(wanted, options)
    }
    const telling = Object.assign(Object.create(store), {
      list,
      glance,
      get: store.get.bind(store),
      watch: store.watch.bind(store),
    })
    expect(words(await waitFor(telling, [goalOf('a.service')], () => {}, ending.signal))).toEqual(['a.service done'])
    expect(read).toEqual([keys.machine('m1')])
  })

  test('says how far it came when its signal aborts', async () => {
    await put(recordEntry('a.service'), machineEntry('m1'))
    const waiting = wait('a.service')
    await until('it is waited for', () => told.length > 0)
    ending.abort()
    expect(words(await waiting)).toEqual(['a.service waiting'])
  })

  test('says that it waits when its signal aborts before it has seen anything', async () => {
    await put(recordEntry('a.service'), machineEntry('m1'))
    ending.abort()
    expect(words(await wait('a.service'))).toEqual(['a.service waiting'])
  })

  test('what came to its end stays so when all is read anew', async () => {
    await put(machineEntry('m1'), ...['a.service', 'b.service'].map(name => recordEntry(name)))
    await put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    const waiting = wait('a.service', 'b.service')
    await until('the first is launched', () => told.at(-1)?.startsWith('launched') === true)
    void put(stateEntry('a.service', 'failed/failed'))
    void put(assignmentEntry('b.service'), stateEntry('b.service', 'active/running'))
    store.compact(store.revision)
    expect(words(await waiting)).toEqual(['a.service done', 'b.service done'])
  })

  test('goes on when etcd cannot be reached after history was compacted', async () => {
    await put(recordEntry('a.service'), machineEntry('m1'))
    let away = {glance: 0, list: 0, get: 0}
    const unlessAway =
      <Words extends readonly unknown[], Answer>(what: keyof typeof away, ask: (...words: Words) => Promise<Answer>) =>
      async (...words: Words) => {
        if (away[what] === 0) return await ask(...words)
        away[what] -= 1
        throw new UnreachableError('etcd is away')
      }
    const leaving = Object.assign(Object.create(store), {
      glance: unlessAway('glance', store.glance.bind(store)),
      list: unlessAway('list', store.list.bind(store)),
      get: unlessAway('get', store.get.bind(store)),
      watch: store.watch.bind(store),
    })
    const waiting = waitFor(leaving, [goalOf('a.service')], progress => told.push(words(progress).join()), ending.signal)
    await until('it is waited for', () => told.length > 0)
    away = {glance: 2, list: 1, get: 2}
    void put(assignmentEntry('a.service'), stateEntry('a.service', 'active/running'))
    store.compact(store.revision)
    expect(words(await waiting)).toEqual(['a.service done'])
    expect(away).toEqual({glance: 0, list: 0, get: 0})
  })

  test('goes on after history was compacted', async () => {
    await put(recordEntry('a.service'), machineEntry('m1'))
    const waiting = wait('a.service')
    await until('it is waited for', () => told.length > 0)
    void put(assignmentEntry('a.service'))
    void put(stateEntry('a.service', 'active/running'))
    store.compact(store.revision)
    expect(words(await waiting)).toEqual(['a.service done'])
  })
})
