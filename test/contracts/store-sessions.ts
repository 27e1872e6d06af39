import {beforeEach, describe, expect, test} from 'vitest'
import type {Store, Write} from '../../src/lib/store/store.ts'
import {aborted, byText, put, takeChanges, until} from '../store/watching.ts'
import type {OpenedStore} from './store.ts'

/** What every Store promises of sessions; `current` gives the store of the test at hand. */
export function sessionContract(current: () => OpenedStore): void {
  describe('sessions', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(() => {
      opened = current()
      store = opened.store
    })
    const write = async (...writes: readonly Write[]): Promise<number> => (await store.commit([], writes)).revision
    const keysOf = async (...prefixes: readonly string[]): Promise<readonly string[]> =>
      (await store.list(prefixes)).entries.map(entry => entry.key)

    test('its keys go with a session, in one revision', async () => {
      const session = await store.openSession(60)
      const other = await store.openSession(60)
      const revision = await write(put('a', '1', session), put('b', '1', session), put('c', '1', other), put('d', '1'))
      await opened.expire(session.id)
      const [change] = await takeChanges(store, {prefixes: [''], revision, count: 1})
      expect(change?.events.toSorted(byText)).toEqual([
        {kind: 'delete', key: 'a'},
        {kind: 'delete', key: 'b'},
      ])
      expect(await keysOf('')).toEqual(['c', 'd'])
      await other.close({revoke: true})
      expect(await keysOf('')).toEqual(['d'])
    })

    test('a key put without its session outlives it', async () => {
      const session = await store.openSession(60)
      await write(put('a', '1', session))
      await write(put('a', '2'))
      await session.close({revoke: true})
      expect(await keysOf('')).toEqual(['a'])
    })

    test('a session that is over is lost, and can neither be written under nor adopted', async () => {
      const session = await store.openSession(3)
      expect(session.lost.aborted).toBe(false)
      await opened.expire(session.id)
      await aborted(session.lost)
      await expect(store.commit([], [put('a', '1', session)])).rejects.toThrow('over')
      expect(await store.adoptSession(session.id)).toBeUndefined()
    })

    test('revoking is being lost', async () => {
      const session = await store.openSession(60)
      await session.close({revoke: true})
      expect(session.lost.aborted).toBe(true)
    })

    test('the deadline is a TTL ahead and moves on', async () => {
      const before = performance.now()
      const session = await store.openSession(3)
      const first = session.deadline()
      expect(session.ttlSeconds).toBe(3)
      expect(first).toBeGreaterThanOrEqual(before + 3000)
      expect(first).toBeLessThanOrEqual(performance.now() + 3000)
      await until('the deadline moves on', () => session.deadline() > first)
      await session.close({revoke: true})
    })

    test('a session closed without revoking can be adopted, with its keys', async () => {
      const session = await store.openSession(60)
      await write(put('a', '1', session))
      await session.close({revoke: false})
      expect(session.lost.aborted).toBe(false)
      const adopted = await store.adoptSession(session.id)
      expect(adopted).toMatchObject({id: session.id, ttlSeconds: 60})
      expect(adopted?.deadline()).toBeGreaterThan(performance.now() + 50_000)
      expect(await keysOf('')).toEqual(['a'])
      await adopted?.close({revoke: true})
      expect(await keysOf('')).toEqual([])
    })

    test.each(['1', '', 'nonsense', '-5', '99999999999999999999999'])('no session %j can be adopted', async id => {
      expect(await store.adoptSession(id)).toBeUndefined()
    })
  })
}
