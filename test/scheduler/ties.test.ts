import {describe, expect, test} from 'vitest'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import {decide, outcome, type Story, snapshotOf} from '../fakes/snapshot.ts'

type Case = readonly [what: string, story: Story, expected: readonly string[]]

describe('conflicts', () => {
  const five = [1, 2, 3, 4, 5].map(number => `c@${number}: Conflicts=c@*.service`)
  const three = ['a', 'b', 'c']

  test.each<Case>([
    [
      'five that conflict on three machines: three run, two are refused',
      {machines: three, units: five},
      [
        'c@1 to a',
        'c@2 to b',
        'c@3 to c',
        ...[4, 5].map(n => `c@${n} nowhere: 3 machines: 3 run conflicting c@1.service, c@2.service, c@3.service`),
      ],
    ],
    [
      'one side’s word is enough',
      {machines: ['a'], units: ['x: Conflicts=y.*', 'y'], placed: ['y on a']},
      ['x nowhere: 1 machine: 1 runs conflicting y.service'],
    ],
    [
      'the other’s word is enough',
      {machines: ['a'], units: ['x: Conflicts=y.*', 'y'], placed: ['x on a']},
      ['y nowhere: 1 machine: 1 runs conflicting x.service'],
    ],
    ['several globs', {machines: three, units: ['x: Conflicts=y.* z.*', 'y', 'z'], placed: ['x on a']}, ['y to b', 'z to c']],
    [
      'the longer-standing stays',
      {machines: ['a', 'b'], units: ['x: Conflicts=y.*', 'y'], placed: ['y on a', 'x on a']},
      ['x off a', 'x to b'],
    ],
    [
      'the longer-standing stays, the other way',
      {machines: ['a', 'b'], units: ['x: Conflicts=y.*', 'y'], placed: ['x on a', 'y on a']},
      ['y off a', 'y to b'],
    ],
    [
      'who leaves is waited for',
      {machines: ['a'], units: ['x: Conflicts=y.*'], placed: ['y on a']},
      ['x nowhere: 1 machine: 1 has room once y.service has stopped', 'y off a'],
    ],
    [
      'who is not wanted any more is in the way of whom it names, and of nobody else who asks for the same',
      {machines: ['a', 'b'], units: ['v', 'w'], stopping: ['y on a: Conflicts=v.*']},
      ['v to b', 'w to a'],
    ],
    [
      'who made room for one that leaves as well waits until that has stopped',
      {machines: ['a role=web'], units: ['x: Conflicts=y.*; MachineOf=p.service', 'y'], placed: ['x on a', 'y on a']},
      [
        'x nowhere: 1 machine: 1 does not run p.service',
        'x off a',
        'y nowhere: 1 machine: 1 is still stopping conflicting x.service',
        'y off a',
      ],
    ],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })

  test('a machine is lost: its unit moves to the free one, the others stay', () => {
    const units = five.slice(0, 3)
    expect(decide({machines: ['a', 'c', 'd'], units, placed: ['c@1 on a', 'c@2 on b', 'c@3 on c']})).toEqual([
      'c@2 off b',
      'c@2 to d',
    ])
  })

  test('one goes: another takes its place once it has stopped', () => {
    const [first = '', , ...others] = five.slice(0, 3)
    const story = {machines: ['a', 'b'], units: [first, ...others], placed: ['c@1 on a', 'c@2 on b']}
    expect(decide({...story, placed: ['c@1 on a'], stopping: ['c@2 on b']})).toEqual([
      'c@3 nowhere: 1 machine: 1 has room once c@2.service has stopped',
    ])
    expect(outcome(story)).toEqual(['c@1 on a', 'c@3 on b'])
  })

  test('the word of one that is stopped counts until it has stopped', () => {
    const story: Story = {machines: ['a'], units: ['x']}
    const known = snapshotOf({units: ['y: Conflicts=x.*']}).units[0]?.unit
    if (known === undefined) throw new Error('no unit')
    const placements = [{unit: 'y.service', machine: 'a', since: 1, known}]
    expect(schedule({...snapshotOf(story), placements}).map(({kind, unit}) => `${kind} ${unit}`)).toEqual([
      'evict y.service',
      'refuse x.service',
    ])
  })
})

describe('globals', () => {
  const on = (...machines: string[]) => machines.map(machine => `g to ${machine}`)

  test.each<Case>([
    ['on every machine', {machines: ['a', 'b'], units: ['g: Global=true']}, on('a', 'b')],
    ['on a new machine too', {machines: ['a', 'b'], units: ['g: Global=true'], placed: ['g on a']}, on('b')],
    ['where metadata fits', {machines: ['a role=web', 'b'], units: ['g: Global=true; MachineMetadata=role=web']}, on('a')],
    [
      'no longer where metadata does not',
      {machines: ['a', 'b'], units: ['g: Global=true; MachineMetadata=role=web'], placed: ['g on a']},
      ['g nowhere: 2 machines: 2 lack role=web', 'g off a'],
    ],
    [
      'beside what conflicts, elsewhere',
      {machines: ['a', 'b'], units: ['g: Global=true; Conflicts=x.*', 'x'], placed: ['x on a']},
      on('b'),
    ],
    [
      'before new units',
      {machines: ['a', 'b'], units: ['a: Conflicts=g.*', 'g: Global=true']},
      ['a nowhere: 2 machines: 2 run conflicting g.service', ...on('a', 'b')],
    ],
    [
      'counted as load',
      {machines: ['a role=web', 'b'], units: ['g: Global=true; MachineMetadata=role=web', 'x']},
      [...on('a'), 'x to b'],
    ],
    ['refused only when nowhere', {machines: ['a cordoned'], units: ['g: Global=true']}, ['g nowhere: 1 machine: 1 is cordoned']],
    ['gone from a lost machine', {machines: ['a'], units: ['g: Global=true'], placed: ['g on a', 'g on b']}, ['g off b']],
    [
      'a second that conflicts runs nowhere',
      {machines: ['a', 'b'], units: ['g: Global=true', 'h: Global=true; Conflicts=g.*'], placed: ['g on a', 'g on b']},
      ['h nowhere: 2 machines: 2 run conflicting g.service'],
    ],
    ['a peer', {machines: ['a', 'b'], units: ['g: Global=true', 'x: MachineOf=g.service']}, [...on('a', 'b'), 'x to a']],
    [
      'that make way stay everywhere else, once',
      {machines: ['a', 'b'], units: ['g: Global=true', 'x: Replaces=g.*'], placed: ['g on a', 'g on b']},
      ['g off a', 'x to a'],
    ],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })
})

describe('MachineOf', () => {
  const pairs = [1, 2, 3].flatMap(number => [`ping@${number}`, `pong@${number}: MachineOf=ping@%i.service`])

  test('pairs stand together', () => {
    expect(decide({machines: ['a', 'b', 'c'], units: pairs})).toEqual([
      'ping@1 to a',
      'ping@2 to b',
      'ping@3 to c',
      'pong@1 to a',
      'pong@2 to b',
      'pong@3 to c',
    ])
  })

  test('a pair moves together when its machine is lost', () => {
    const placed = ['ping@1 on a', 'pong@1 on a', 'ping@2 on b', 'pong@2 on b']
    expect(decide({machines: ['b', 'c'], units: pairs.slice(0, 4), placed})).toEqual([
      'ping@1 off a',
      'ping@1 to c',
      'pong@1 off a',
      'pong@1 to c',
    ])
  })

  test.each<Case>([
    [
      'who follows is placed after, whatever their names',
      {machines: ['a', 'b'], units: ['x: MachineOf=y.service', 'y: MachineOf=z.service', 'z', 'w']},
      ['w to a', 'x to b', 'y to b', 'z to b'],
    ],
    [
      'who has lost a peer leaves',
      {machines: ['a'], units: ['x: MachineOf=y.service'], placed: ['x on a']},
      ['x nowhere: 1 machine: 1 does not run y.service', 'x off a'],
    ],
    [
      'a chain leaves together',
      {machines: ['a'], units: ['x: MachineOf=y.service', 'y: MachineOf=z.service'], placed: ['x on a', 'y on a', 'z on a']},
      [
        'x nowhere: 1 machine: 1 does not run y.service',
        'x off a',
        'y nowhere: 1 machine: 1 does not run z.service',
        'y off a',
        'z off a',
      ],
    ],
    [
      'who moves takes followers along',
      {
        machines: ['a', 'b role=db'],
        units: ['x: MachineOf=y.service', 'y: MachineMetadata=role=db'],
        placed: ['y on a', 'x on a'],
      },
      ['x off a', 'x to b', 'y off a', 'y to b'],
    ],
    [
      'peers on two machines',
      {machines: ['a', 'b'], units: ['x: MachineOf="y.service" "z.service"', 'y', 'z'], placed: ['y on a', 'z on b']},
      ['x nowhere: 2 machines: 2 do not run z.service, y.service'],
    ],
    [
      'a peer that comes where the follower stands moves nobody',
      {machines: ['a'], units: ['x: MachineOf=y.service', 'y'], placed: ['x on a']},
      ['y to a'],
    ],
    [
      'each beside the other: placed together',
      {machines: ['a', 'b'], units: ['w', 'x: MachineOf=y.service', 'y: MachineOf=x.service'], placed: ['w on a']},
      ['x to b', 'y to b'],
    ],
    [
      'a ring of three: placed together where all fit',
      {
        machines: ['a', 'b role=db'],
        units: ['x: MachineOf=y.service', 'y: MachineOf=z.service', 'z: MachineOf=x.service; MachineMetadata=role=db'],
      },
      ['x to b', 'y to b', 'z to b'],
    ],
    [
      'a ring comes where one of it stands already',
      {
        machines: ['a', 'b'],
        units: ['x: MachineOf=y.service', 'y: MachineOf=x.service'],
        placed: ['w on b', 'y on b'],
        frozen: ['w'],
      },
      ['x to b'],
    ],
    [
      'one of a ring that has come to its end holds nobody back',
      {
        machines: ['a'],
        units: ['x: MachineOf=z.service', 'y: MachineOf=x.service; Conflicts=z.*', 'z finished: MachineOf=y.service'],
        placed: ['z on a'],
      },
      ['x to a', 'y nowhere: 1 machine: 1 runs conflicting z.service'],
    ],
    [
      'a ring whose units do not go together',
      {machines: ['a'], units: ['x: MachineOf=y.service', 'y: MachineOf=z.service', 'z: MachineOf=x.service; Conflicts=y.*']},
      [
        'x nowhere: 1 machine: 1 does not run y.service',
        'y nowhere: 1 machine: 1 does not run z.service',
        'z nowhere: 1 machine: 1 does not run x.service',
      ],
    ],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })
})

describe('Replaces', () => {
  test.each<Case>([
    [
      'the replaced moves',
      {machines: ['a', 'b role=x'], units: ['x: Replaces=y.*; MachineMetadata=role=x', 'y'], placed: ['y on b']},
      ['x to b', 'y off b', 'y to a'],
    ],
    [
      'the replaced has nowhere to go',
      {machines: ['a'], units: ['x: Replaces=y.*', 'y'], placed: ['y on a']},
      ['x to a', 'y nowhere: 1 machine: 1 runs x.service, which replaces it', 'y off a'],
    ],
    ['the replaced keeps away from the start', {machines: ['a', 'b'], units: ['a: Replaces=y.*', 'y']}, ['a to a', 'y to b']],
    [
      'each replaces the other: neither does',
      {machines: ['a'], units: ['x: Replaces=y.*', 'y: Replaces=x.*']},
      ['x to a', 'y to a'],
    ],
    [
      'three in a ring: none does',
      {machines: ['a'], units: ['x: Replaces=y.*', 'y: Replaces=z.*', 'z: Replaces=x.*']},
      ['x to a', 'y to a', 'z to a'],
    ],
    [
      'one outside the ring still does',
      {machines: ['a'], units: ['w: Replaces=x.*', 'x: Replaces=y.*', 'y: Replaces=x.*']},
      ['w to a', 'x nowhere: 1 machine: 1 runs w.service, which replaces it', 'y to a'],
    ],
    [
      'a follower of the replaced moves along',
      {
        machines: ['a', 'b role=x'],
        units: ['f: MachineOf=y.service', 'x: Replaces=y.*; MachineMetadata=role=x', 'y'],
        placed: ['y on b', 'f on b'],
      },
      ['f off b', 'f to a', 'x to b', 'y off b', 'y to a'],
    ],
    [
      'what is not decided closes no ring',
      {
        machines: ['a'],
        units: ['b: Replaces=p.*', 'c: Replaces=b.*', 'd: MachineOf=p.service; Replaces=c.*'],
        frozen: ['p'],
        placed: ['p on a'],
      },
      ['b to a', 'c nowhere: 1 machine: 1 runs d.service, which replaces it', 'd to a'],
    ],
    [
      'a ring through MachineOf: the Replaces in it count for nothing',
      {machines: ['a'], units: ['p', 'q: Replaces=p.*', 't: Replaces=x.*; MachineOf=p.service', 'x: Replaces=q.*']},
      ['p to a', 'q to a', 't to a', 'x to a'],
    ],
    [
      'by glob, never itself',
      {machines: ['a'], units: ['w@1', 'w@2: Replaces=w@*.service'], placed: ['w@1 on a']},
      ['w@1 nowhere: 1 machine: 1 runs w@2.service, which replaces it', 'w@1 off a', 'w@2 to a'],
    ],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })
})
