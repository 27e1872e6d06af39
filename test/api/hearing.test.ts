import {expect, test} from 'vitest'
import {Hearing} from '../../src/lib/api/hearing.ts'
import {UnreachableError} from '../../src/lib/base/errors.ts'

const never = new AbortController().signal
const open = () => new Hearing(() => performance.now())

test.each([[false], [true]])('a watch that is away is waited for, and not for ever; it was there: %s', async was => {
  const hearing = open()
  if (was) hearing.linked(true)
  if (was) hearing.linked(false)
  await expect(hearing.until(() => true, never)).rejects.toThrow(UnreachableError)
})

test('one that comes back is there', async () => {
  const hearing = open()
  hearing.linked(false)
  const waiting = hearing.until(() => true, never)
  hearing.linked(true)
  await waiting
})

test('what is to be heard is waited for, whatever else comes', async () => {
  const hearing = open()
  hearing.linked(true)
  let left = 3
  let isOver = false
  const waiting = hearing
    .until(() => --left === 0, never)
    .then(() => {
      isOver = true
    })
  for (; left > 1; hearing.heard()) {
    await new Promise(resolve => setImmediate(resolve))
    expect(isOver).toBe(false)
  }
  await waiting
})

test('what never comes is not waited for for ever', async () => {
  const hearing = open()
  hearing.linked(true)
  await expect(hearing.until(() => false, never)).rejects.toThrow(UnreachableError)
})

test('who waits is let go when the agent ends', async () => {
  const hearing = open()
  hearing.linked(false)
  const over = new AbortController()
  const waiting = hearing.until(() => true, over.signal)
  over.abort(new Error('the agent is ending'))
  await expect(waiting).rejects.toThrow('the agent is ending')
})

test('a copy is behind until it was seen to have caught up, and after each coming and going', async () => {
  const hearing = open()
  const steps = [false, true, true, false, true]
  for (const isThere of steps) {
    hearing.linked(isThere)
    expect(hearing.isBehind).toBe(true)
    await hearing.catchUp(async () => {})
    expect(hearing.isBehind).toBe(false)
  }
  await expect(hearing.catchUp(async () => hearing.linked(false))).rejects.toThrow(UnreachableError)
  expect(hearing.isBehind).toBe(true)
})
