import {describe, expect, test} from 'vitest'
import {scheduleAndShow} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot, SnapshotPlacement} from '../../src/lib/scheduler/snapshot.ts'
import {fullName, type Story, shortly, snapshotOf} from '../fakes/snapshot.ts'

interface Drain extends Story {
  /** Machine → how many at a time. */
  readonly drain?: Readonly<Record<string, number>>
  /** `web@1 on b from a`, with `starting` or `failed`: seats that moves have brought, and others that do not run. */
  readonly moved?: readonly string[]
  /** `web@1 a b`: wished from a to b. */
  readonly wishes?: readonly string[]
}

function tell({drain = {}, moved = [], wishes = [], ...story}: Drain): Snapshot {
  const snapshot = snapshotOf(story)
  return {
    ...snapshot,
    machines: snapshot.machines.map(each => {
      const maxParallel = drain[each.id]
      return maxParallel === undefined ? each : {...each, cordoned: true, drain: {maxParallel}}
    }),
    placements: [...snapshot.placements, ...moved.map(placeOf)],
    moves: wishes.map(line => {
      const [unit = '', from = '', to = ''] = line.split(' ')
      return {unit: fullName(unit), from, to, reason: 'told'}
    }),
  }
}

function placeOf(line: string, index: number): SnapshotPlacement {
  const words = line.split(' ')
  const [unit = '', , machine = ''] = words
  const from = words[words.indexOf('from') + 1]
  const pending = words.includes('starting') ? 'starting' : words.includes('failed') ? 'failed' : undefined
  return {
    ...{unit: fullName(unit), machine, since: 100 + index},
    ...(words.includes('from') && from !== undefined ? {from} : {}),
    ...(pending === undefined ? {} : {pending}),
  }
}

const machines = ['a', 'b', 'c']

describe('a machine that is drained', () => {
  test.each<{name: string; story: Drain; decides: readonly string[]; keeps?: readonly string[]}>([
    {
      name: 'gives away one at a time',
      story: {machines, units: ['x', 'y'], placed: ['x on a', 'y on a'], drain: {a: 1}},
      decides: ['x from a to b'],
      keeps: ['y: turn'],
    },
    {
      name: 'gives away as many at a time as is said',
      story: {machines, units: ['x', 'y', 'z'], placed: ['x on a', 'y on a', 'z on a'], drain: {a: 2}},
      decides: ['x from a to b', 'y from a to c'],
      keeps: ['z: turn'],
    },
    {
      name: 'waits until what is on its way runs',
      story: {machines, units: ['x', 'y'], placed: ['x on a', 'y on a'], moved: ['x on b from a starting'], drain: {a: 1}},
      decides: [],
      keeps: ['y: turn'],
    },
    {
      name: 'lets go of what runs elsewhere, and waits until it has stopped',
      story: {machines, units: ['x', 'y'], placed: ['x on a', 'y on a'], moved: ['x on b from a'], drain: {a: 1}},
      decides: ['x off a'],
      keeps: ['y: turn'],
    },
    {
      name: 'keeps what fails elsewhere, and goes on with the others',
      story: {machines, units: ['x', 'y'], placed: ['x on a', 'y on a'], moved: ['x on b from a failed'], drain: {a: 1}},
      decides: ['y from a to c'],
    },
    {
      name: 'lets go of what fails elsewhere as it failed here',
      story: {machines, units: ['x'], moved: ['x on a failed', 'x on b from a failed'], drain: {a: 1}},
      decides: ['x off a'],
    },
    {
      name: 'keeps what fits nowhere else',
      story: {machines: ['a role=web', 'b'], units: ['x: MachineMetadata=role=web'], placed: ['x on a'], drain: {a: 1}},
      decides: [],
      keeps: ['x: nowhere'],
    },
    {
      name: 'has what must not run twice leave first',
      story: {machines, units: ['x: OnDisconnect=stop'], placed: ['x on a'], drain: {a: 1}},
      decides: ['x nowhere: 3 machines: 2 have room once x.service has stopped, 1 is cordoned', 'x off a'],
    },
    {
      name: 'has those that stand together leave together',
      story: {machines, units: ['x', 'y: MachineOf=x.service'], placed: ['x on a', 'y on a'], drain: {a: 1}},
      decides: ['x from a to b', 'x off a', 'y from a to b', 'y off a'],
    },
    {
      name: 'waits with those that stand together until each has one place',
      story: {
        machines: ['a', 'b'],
        units: ['x', 'y: MachineOf=x.service'],
        placed: ['x on a', 'y on a', 'x on b'],
        drain: {a: 1},
      },
      decides: ['x off b'],
      keeps: ['x: turn', 'y: turn'],
    },
    {
      name: 'has no more of a family leave first than it can spare',
      story: {
        machines,
        units: ['w@1: OnDisconnect=stop; KeepAtLeast=2', 'w@2: OnDisconnect=stop; KeepAtLeast=2'],
        placed: ['w@1 on a', 'w@2 on b'],
        drain: {a: 1},
      },
      decides: [],
      keeps: ['w@1: floor'],
    },
    {
      name: 'moves a unit that only its own place keeps from another',
      story: {
        machines: ['a zone=1', 'b zone=1'],
        units: ['w@1: MaxPer=zone:1'],
        placed: ['w@1 on a'],
        drain: {a: 1},
      },
      decides: ['w@1 from a to b', 'w@1 off a'],
    },
    {
      name: 'has its global units leave last',
      story: {machines, units: ['g: Global=yes', 'x'], placed: ['g on a', 'g on b', 'g on c', 'x on a'], drain: {a: 1}},
      decides: ['x from a to b'],
    },
    {
      name: 'has its global units leave',
      story: {machines, units: ['g: Global=yes'], placed: ['g on a', 'g on b', 'g on c'], drain: {a: 1}},
      decides: ['g off a'],
    },
    {
      name: 'keeps what has come to its end',
      story: {machines, units: ['j finished'], placed: ['j on a'], drain: {a: 1}},
      decides: [],
    },
  ])('$name', ({story, decides, keeps = []}) => {
    const {decisions, kept} = scheduleAndShow(tell(story))
    expect(shortly(decisions)).toEqual(decides)
    expect(kept.map(({unit, why}) => `${unit.replace('.service', '')}: ${why}`)).toEqual(keeps)
  })
})

describe('a move', () => {
  test.each<{name: string; story: Drain; decides: readonly string[]; over?: readonly string[]}>([
    {
      name: 'that is wished begins there beside here',
      story: {machines, units: ['x'], placed: ['x on a'], wishes: ['x a c']},
      decides: ['x from a to c'],
    },
    {
      name: 'that has come about is over',
      story: {machines, units: ['x'], placed: ['x on a'], moved: ['x on c from a'], wishes: ['x a c']},
      decides: ['x off a'],
      over: ['x.service: it is there'],
    },
    {
      name: 'that nobody wishes any more is taken back',
      story: {machines, units: ['x'], placed: ['x on a'], moved: ['x on c from a starting']},
      decides: ['x off c'],
    },
    {
      name: 'to where it does not fit is over',
      story: {machines: ['a', 'b cordoned'], units: ['x'], placed: ['x on a'], wishes: ['x a b']},
      decides: [],
      over: ['x.service: machine b does not take it'],
    },
    {
      name: 'from a machine that is lost ends where it went',
      story: {machines: ['b', 'c'], units: ['x'], placed: ['x on a'], moved: ['x on c from a starting'], wishes: ['x a c']},
      decides: ['x off a'],
      over: ['x.service: it is there'],
    },
    {
      name: 'to a machine that is lost is off',
      story: {machines: ['a', 'b'], units: ['x'], placed: ['x on a'], moved: ['x on c from a starting'], wishes: ['x a c']},
      decides: ['x off c'],
      over: ['x.service: its machine is lost'],
    },
    {
      name: 'back and forth knows which way it goes',
      story: {machines, units: ['x'], moved: ['x on b from a', 'x on a from b starting'], wishes: ['x b a']},
      decides: [],
    },
    {
      name: 'of a unit that has its place from this very look waits for the next',
      story: {machines: ['a', 'b'], units: ['x: MachineOf=x.service'], wishes: ['x a b']},
      decides: ['x to a'],
    },
    {
      name: 'takes those along that stand beside it, whatever is wished of them',
      story: {
        machines: ['a', 'b'],
        units: ['x', 'y: MachineOf=x.service'],
        placed: ['x on a', 'y on a'],
        wishes: ['x a b', 'y b a'],
      },
      decides: ['x from a to b', 'x off a', 'y from a to b', 'y off a'],
      over: [],
    },
    {
      name: 'leaves no unit that is not wanted',
      story: {machines, units: [], placed: ['x on a'], moved: ['x on b from a starting'], wishes: ['x a b']},
      decides: ['x off a', 'x off b'],
      over: ['x.service: it is not wanted'],
    },
  ])('$name', ({story, decides, over = []}) => {
    const {decisions, unwished} = scheduleAndShow(tell(story))
    expect(shortly(decisions)).toEqual(decides)
    expect(unwished.map(({unit, reason}) => `${unit}: ${reason}`)).toEqual(over)
  })
})
