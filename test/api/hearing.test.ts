import {expect, test} from 'vitest'
import {Hearing} from '../../src/lib/api/hearing.ts'
import {UnreachableError} from '../../src/lib/base/errors.ts'

/** A hearing on a real clock, and whether a copy at a revision is said to have caught up. */
function open() {
  const hearing = new Hearing(() => performance.now())
  const settled = async (revision: () => number) => {
    const begun = performance.now()
    await hearing.caughtUp(revision, new AbortController().signal)
    return performance.now() - begun
  }
  return {hearing, settled}
}

test('a store that tells nothing is there', async () => {
  const {hearing, settled} = open()
  expect(await settled(() => 0)).toBeLessThan(100)
  expect(hearing.isAway).toBe(false)
})

test('a watch that is away is waited for, and no longer than a second', async () => {
  const {hearing, settled} = open()
  hearing.linked(undefined)
  expect(hearing.isAway).toBe(true)
  const begun = performance.now()
  await expect(settled(() => 7)).rejects.toThrow(UnreachableError)
  expect(performance.now() - begun).toBeGreaterThan(900)
})

test('one that comes back with nothing missed is there at once', async () => {
  const {hearing, settled} = open()
  hearing.linked(undefined)
  const waiting = settled(() => 7)
  hearing.linked(7)
  expect(await waiting).toBeLessThan(400)
})

test('what was missed is waited for', async () => {
  const {hearing, settled} = open()
  let revision = 7
  hearing.linked(undefined)
  hearing.linked(9)
  const waiting = settled(() => revision)
  revision = 9
  hearing.heard()
  expect(await waiting).toBeLessThan(400)
})

test('so is what the store says that there is', async () => {
  const {hearing, settled} = open()
  let revision = 7
  hearing.linked(7)
  hearing.expect(8)
  const waiting = settled(() => revision)
  expect(await Promise.race([waiting, new Promise(resolve => setTimeout(resolve, 50, 'waits'))])).toBe('waits')
  revision = 8
  hearing.heard()
  await waiting
})

test('when nothing of it comes for half a second, nothing of it was ours', async () => {
  const {hearing, settled} = open()
  hearing.linked(9)
  const took = await settled(() => 7)
  expect(took).toBeGreaterThan(400)
  expect(took).toBeLessThan(1000)
})

test('who waits is let go when the agent ends', async () => {
  const {hearing} = open()
  hearing.linked(undefined)
  const over = new AbortController()
  const waiting = hearing.caughtUp(() => 0, over.signal)
  over.abort(new Error('the agent is ending'))
  await expect(waiting).rejects.toThrow('the agent is ending')
})
