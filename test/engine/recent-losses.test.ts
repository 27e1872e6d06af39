import {expect, test} from 'vitest'
import {lossWindow, RecentLosses} from '../../src/lib/engine/recent-losses.ts'
import {viewOf} from '../fakes/engine-story.ts'

const there = (...machines: readonly string[]) => viewOf({machines, units: ['x', 'y'], placed: ['x on a', 'y on b']})

test('a machine with units that is not registered any more was lost, until it is back', () => {
  const losses = new RecentLosses()
  expect([...losses.see(there('a', 'b', 'c'), 0)]).toEqual([])
  expect([...losses.see(there('b', 'c'), 1)]).toEqual(['a'])
  expect([...losses.see(there('c'), 2)]).toEqual(['a', 'b'])
  expect([...losses.see(there('a', 'c'), 3)]).toEqual(['b'])
})

test('one without units is not missed', () => {
  const losses = new RecentLosses()
  losses.see(there('a', 'b', 'c'), 0)
  expect([...losses.see(there('a', 'b'), 1)]).toEqual([])
})

test('one that said it leaves was not lost', () => {
  const losses = new RecentLosses()
  losses.see(there('a', 'b leaving'), 0)
  expect([...losses.see(there('a'), 1)]).toEqual([])
})

test('a loss is of late for as long as the window lasts', () => {
  const losses = new RecentLosses()
  losses.see(there('a', 'b'), 0)
  expect([...losses.see(there('a'), 10)]).toEqual(['b'])
  expect([...losses.see(there('a'), 10 + lossWindow - 1)]).toEqual(['b'])
  expect([...losses.see(there('a'), 10 + lossWindow)]).toEqual([])
})
