import {describe, expect, test} from 'vitest'
import {holdReason} from '../../src/lib/scheduler/hold.ts'
import {decide, type Story, snapshotOf} from '../fakes/snapshot.ts'

/** `present` machines of `all` are there; on each of all stands a unit of its own. */
function cluster(present: number, all: number, gone = 0): Story & {readonly units: readonly string[]} {
  const ids = Array.from({length: all}, (_, index) => `m${index + 1}`)
  return {
    machines: ids.slice(0, present),
    units: ids.map(id => `u-${id}`),
    placed: ids.map(id => `u-${id} on ${id}`),
    gone: ids.slice(all - gone),
  }
}

describe('many machines lost at once', () => {
  test.each<[present: number, all: number, gone: number, holds: boolean]>([
    [3, 3, 0, false],
    [0, 1, 0, false],
    [0, 2, 0, false],
    [1, 3, 0, false],
    [0, 3, 0, true],
    [1, 4, 0, true],
    [5, 8, 0, true],
    [6, 9, 0, false],
    [7, 10, 0, false],
    [6, 10, 0, true],
    [67, 100, 0, false],
    [66, 100, 0, true],
    [6, 10, 1, false],
    [5, 10, 1, true],
    [0, 10, 10, false],
  ])('%i of %i are there, %i of the others are gone for good: held %s', (present, all, gone, holds) => {
    const reason = holdReason(snapshotOf(cluster(present, all, gone)))
    expect(reason !== undefined).toBe(holds)
    if (holds) expect(reason).toContain(`${all - present - gone} of ${all - gone} machines were lost at once`)
  })

  test('machines without units cannot be missed', () => {
    expect(holdReason(snapshotOf({machines: [], units: ['a']}))).toBeUndefined()
  })

  test('while it holds nothing is moved from lost machines, and everything else goes on', () => {
    const story = cluster(1, 4)
    expect(decide({...story, units: [...story.units, 'new', 'beside: MachineOf=u-m3.service']})).toEqual([
      'beside nowhere: 1 machine: 1 does not run u-m3.service',
      'new to m1',
    ])
  })

  test('while it holds what is not wanted any more leaves all the same', () => {
    const story = cluster(1, 4)
    expect(decide({...story, units: story.units.filter(unit => unit !== 'u-m3')})).toEqual(['u-m3 off m3'])
  })

  test('while it holds a machine that is gone for good is emptied', () => {
    expect(decide({...cluster(1, 5), gone: ['m5']})).toEqual(['u-m5 off m5', 'u-m5 to m1'])
  })

  test('below the limit they are placed again', () => {
    expect(decide(cluster(2, 4))).toEqual(['u-m3 off m3', 'u-m3 to m1', 'u-m4 off m4', 'u-m4 to m2'])
  })
})
