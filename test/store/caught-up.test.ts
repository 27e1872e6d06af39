import {isDeepStrictEqual} from 'node:util'
import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {caughtUpWith} from '../../src/lib/store/caught-up.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Entry, Write} from '../../src/lib/store/store.ts'

const write = fc
  .record({key: fc.constantFrom('a', 'b', 'c'), isPut: fc.boolean()})
  .map(({key, isPut}): Write => (isPut ? {kind: 'put', key, value: ''} : {kind: 'delete', key}))

test('a mirror has caught up with a listing when it has heard what changed until then, or shows the same, and not before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, {maxLength: 12}), fc.nat(12), async (writes, at) => {
      const store = new MemoryStore()
      const states: {revision: number; entries: readonly Entry[]}[] = []
      const look = async () => {
        const now = await store.list([''])
        if (states.at(-1)?.revision !== now.revision) states.push(now)
      }
      await look()
      for (const each of writes) {
        await store.commit([], [each])
        await look()
      }
      const listing = states[Math.min(at, states.length - 1)]
      if (listing === undefined) throw new Error('nothing was listed')
      const entries = new Map<string, Entry>()
      const mirror = {entries, revision: 0}
      const show = (state: (typeof states)[number]) => {
        entries.clear()
        for (const entry of state.entries) entries.set(entry.key, entry)
        mirror.revision = state.revision
      }
      const [first] = states
      if (first !== undefined) show(first)
      const asked = caughtUpWith(mirror, listing)
      for (const state of states) {
        show(state)
        const isSo = state.revision >= listing.revision || isDeepStrictEqual(state.entries, listing.entries)
        expect([asked(), caughtUpWith(mirror, listing)()]).toEqual([isSo, isSo])
      }
    }),
  )
})
