import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {campaign, type Leadership} from '../../src/lib/store/election.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Session, Store} from '../../src/lib/store/store.ts'
import type {OpenedStore, StoreSource} from '../contracts/store.ts'
import {openEtcdSource} from './etcd-source.ts'
import {aborted} from './watching.ts'

const memorySource: StoreSource = {
  open: async () => {
    const store = new MemoryStore()
    const compact = async (): Promise<number> => {
      store.compact(store.revision)
      return store.revision
    }
    return {store, compact, expire: async session => store.expireSession(session)}
  },
  close: async () => {},
}

describe.each([
  ['memory', async () => memorySource],
  ['etcd', openEtcdSource],
] as const)('an election on %s', (_, openSource) => {
  let source: StoreSource
  let opened: OpenedStore
  let store: Store
  let ending: AbortController
  beforeAll(async () => {
    source = await openSource()
  })
  afterAll(async () => await source?.close())
  beforeEach(async () => {
    opened = await source.open()
    store = opened.store
    ending = new AbortController()
  })
  afterEach(() => {
    ending.abort()
    store.close()
  })

  const run = async (session: Session, value: string): Promise<Leadership> =>
    await campaign(store, session, value, {signal: ending.signal})
  const leader = async (): Promise<string | undefined> => (await store.get([keys.leader])).entries[0]?.value

  test('one of two leads; the other follows when the first resigns', async () => {
    const first = await run(await store.openSession(60), 'first')
    let second: Leadership | undefined
    const following = run(await store.openSession(60), 'second').then(leadership => {
      second = leadership
    })
    expect(await leader()).toBe('first')
    expect(second).toBeUndefined()
    await first.resign()
    await following
    expect(await leader()).toBe('second')
    expect(first.lost.aborted).toBe(true)
    expect(second?.lost.aborted).toBe(false)
  })

  test('the next leads when the session of the first runs out, and the first can write no more', async () => {
    const session = await store.openSession(60)
    const first = await run(session, 'first')
    const next = run(await store.openSession(60), 'second')
    expect(await store.commit([first.guard], [{kind: 'put', key: 'a', value: '1'}])).toMatchObject({ok: true})
    await opened.expire(session.id)
    const second = await next
    await aborted(first.lost)
    expect(await store.commit([first.guard], [{kind: 'put', key: 'a', value: '1'}])).toMatchObject({ok: false})
    expect(await store.commit([second.guard], [{kind: 'put', key: 'a', value: '2'}])).toMatchObject({ok: true})
  })

  test('of many, one leads at a time', async () => {
    const order: string[] = []
    const candidates = Array.from({length: 8}, async (_, index) => {
      const leadership = await run(await store.openSession(60), String(index))
      expect(await leader()).toBe(String(index))
      order.push(String(index))
      await leadership.resign()
    })
    await Promise.all(candidates)
    expect(order.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  test('a leader sees its key deleted', async () => {
    const leadership = await run(await store.openSession(60), 'first')
    await store.commit([], [{kind: 'delete', key: keys.leader}])
    await aborted(leadership.lost)
  })

  test('a leader sees its key overwritten', async () => {
    const leadership = await run(await store.openSession(60), 'first')
    await store.commit([], [{kind: 'put', key: keys.leader, value: 'thief'}])
    await aborted(leadership.lost)
  })

  test('one that takes its session over leads anew, and what it sent before no longer holds', async () => {
    const session = await store.openSession(60)
    const before = await run(session, 'before')
    await session.close({revoke: false})
    const adopted = await store.adoptSession(session.id)
    if (adopted === undefined) throw new Error('the session is gone')
    const after = await run(adopted, 'after')
    expect(await leader()).toBe('after')
    expect(await store.commit([before.guard], [{kind: 'put', key: 'a', value: '1'}])).toMatchObject({ok: false})
    expect(await store.commit([after.guard], [{kind: 'put', key: 'a', value: '2'}])).toMatchObject({ok: true})
  })

  test('waiting ends with its signal', async () => {
    await run(await store.openSession(60), 'first')
    const waiting = run(await store.openSession(60), 'second')
    ending.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  test('waiting ends with its session', async () => {
    await run(await store.openSession(60), 'first')
    const session = await store.openSession(3)
    const waiting = run(session, 'second')
    const outcome = expect(waiting).rejects.toThrow(`session ${session.id} was lost`)
    await opened.expire(session.id)
    await outcome
  })
})
