import {describe, expect, test} from 'vitest'
import {decide, outcome, type Story} from '../fakes/snapshot.ts'

type Case = readonly [name: string, story: Story, decisions: readonly string[]]

describe('resources', () => {
  test.each<Case>([
    [
      'a machine takes what fits, and says how much is missing',
      {machines: ['a memory:1G', 'b memory:512M'], units: ['x: Requests=memory=600M', 'y: Requests=memory=600M']},
      ['x to a', 'y nowhere: 2 machines: 2 have less memory free than the 600M it needs (512M at most)'],
    ],
    [
      'the machine where less is taken is taken',
      {
        machines: ['a cpu:8', 'b cpu:4'],
        units: ['x: Requests=cpu=2', 'y: Requests=cpu=2', 'z: Requests=cpu=2'],
        placed: ['x on a'],
      },
      ['y to b', 'z to a'],
    ],
    [
      'parts of CPUs add up to whole ones',
      {machines: ['a cpu:0.3'], units: ['x: Requests=cpu=0.1', 'y: Requests=cpu=0.1', 'z: Requests=cpu=0.1']},
      ['x to a', 'y to a', 'z to a'],
    ],
    [
      'a device that is not there',
      {machines: ['a cpu:1 gpu:1', 'b cpu:1'], units: ['x: Requests=gpu=1', 'y: Requests=gpu=1']},
      ['x to a', 'y nowhere: 2 machines: 2 have less gpu free than the 1 it needs (0 at most)'],
    ],
    [
      'one host port, one unit',
      {machines: ['a', 'b'], units: ['x: Ports=80', 'y: Ports=80', 'z: Ports=80']},
      ['x to a', 'y to b', 'z nowhere: 2 machines: 2 have port 80 taken by x.service, y.service'],
    ],
    [
      'one port of two protocols, or of two addresses',
      {machines: ['a'], units: ['x: Ports=53', 'y: Ports=53/udp', 'v: Ports=10.0.0.1:80', 'w: Ports=10.0.0.2:80']},
      ['v to a', 'w to a', 'x to a', 'y to a'],
    ],
    [
      'one port of one address, and of all',
      {machines: ['a'], units: ['v: Ports=10.0.0.1:80', 'w: Ports=80']},
      ['v to a', 'w nowhere: 1 machine: 1 has port 80 taken by v.service'],
    ],
    [
      'whoever stood there keeps the port',
      {machines: ['a'], units: ['x: Ports=80', 'y: Ports=80'], placed: ['y on a', 'x on a']},
      ['x nowhere: 1 machine: 1 has port 80 taken by y.service', 'x off a'].sort(),
    ],
    [
      'whoever stands there need not leave for a port that is being given up',
      {machines: ['a'], units: ['x: Ports=80'], placed: ['x on a'], stopping: ['old on a: Ports=80']},
      [],
    ],
    [
      'whoever comes waits for a port that is being given up',
      {machines: ['a'], units: ['x: Ports=80'], stopping: ['old on a: Ports=80']},
      ['x nowhere: 1 machine: 1 has room once old.service has stopped'],
    ],
    [
      'what is stopping holds what it has until it has stopped',
      {machines: ['a memory:1G'], units: ['x: Requests=memory=1G'], stopping: ['old on a: Requests=memory=1G']},
      ['x nowhere: 1 machine: 1 has room once old.service has stopped'],
    ],
    [
      'a oneshot that has succeeded holds nothing',
      {machines: ['a memory:1G'], units: ['x finished: Requests=memory=1G', 'y: Requests=memory=1G'], placed: ['x on a']},
      ['y to a'],
    ],
    [
      'nobody leaves because a machine has become smaller',
      {machines: ['a memory:1G'], units: ['x: Requests=memory=2G'], placed: ['x on a']},
      [],
    ],
    [
      'two that stand together need room for both',
      {
        machines: ['a memory:1G', 'b memory:2G'],
        units: ['x: MachineOf=y.service; Requests=memory=1G', 'y: MachineOf=x.service; Requests=memory=1G'],
      },
      ['x to b', 'y to b'],
    ],
  ])('%s', (_, story, decisions) => {
    expect(decide(story)).toEqual(decisions)
  })
})

describe('families', () => {
  test.each<Case>([
    [
      'so many on a machine',
      {machines: ['a', 'b'], units: [1, 2, 3].map(i => `w@${i}: MaxPerMachine=1`)},
      ['w@1 to a', 'w@2 to b', 'w@3 nowhere: 2 machines: 2 have 1 of w@* already'],
    ],
    [
      'so many in a zone',
      {machines: ['a zone=1', 'b zone=1', 'c zone=2'], units: [1, 2, 3].map(i => `w@${i}: MaxPer=zone:1`)},
      ['w@1 to a', 'w@2 to c', 'w@3 nowhere: 3 machines: 3 have 1 of w@* in zone=1, zone=2 already'],
    ],
    [
      'spread over zones, not machines',
      {machines: ['a zone=1', 'b zone=1', 'c zone=1', 'd zone=2'], units: [1, 2, 3, 4].map(i => `w@${i}: Spread=zone`)},
      ['w@1 to a', 'w@2 to d', 'w@3 to b', 'w@4 to d'],
    ],
    [
      'by shares',
      {machines: ['a zone=1', 'b zone=2'], units: [1, 2, 3, 4].map(i => `w@${i}: Spread=zone:1=75,2=25`)},
      ['w@1 to a', 'w@2 to a', 'w@3 to a', 'w@4 to b'],
    ],
    [
      'where a zone is full the next is taken',
      {machines: ['a zone=1 cpu:1', 'b zone=2 cpu:9'], units: [1, 2, 3].map(i => `w@${i}: Spread=zone; Requests=cpu=1`)},
      ['w@1 to a', 'w@2 to b', 'w@3 to b'],
    ],
  ])('%s', (_, story, decisions) => {
    expect(decide(story)).toEqual(decisions)
  })
})

describe('what units would rather have', () => {
  test.each<Case>([
    [
      'a better machine, where it is not too full',
      {machines: ['a disk=hdd', 'b disk=ssd'], units: ['x: Prefer=disk=ssd']},
      ['x to b'],
    ],
    ['any machine, where none is better', {machines: ['a disk=hdd'], units: ['x: Prefer=disk=ssd']}, ['x to a']],
    ['not that one', {machines: ['a spot=yes', 'b'], units: ['x: Prefer=spot:-50']}, ['x to b']],
    ['near another', {machines: ['a', 'b'], units: ['x: Near=db.service', 'db'], placed: ['db on b']}, ['x to b']],
    [
      'near another that comes with it',
      {machines: ['a', 'b', 'c'], units: ['a1', 'b1: Near=a1.service']},
      ['a1 to a', 'b1 to a'],
    ],
    ['away from another', {machines: ['a', 'b'], units: ['x: Away=db.service', 'db'], placed: ['db on a']}, ['x to b']],
    [
      'one machine after the other',
      {machines: ['a cpu:2', 'b cpu:2'], units: [1, 2, 3].map(i => `w@${i}: Strategy=binpack; Requests=cpu=1`)},
      ['w@1 to a', 'w@2 to a', 'w@3 to b'],
    ],
  ])('%s', (_, story, decisions) => {
    expect(decide(story)).toEqual(decisions)
  })
})

describe('priority', () => {
  const full = {machines: ['a cpu:2', 'b cpu:2']}
  test.each<Case>([
    [
      'the lowest gives way, and it is said to whom',
      {
        ...full,
        units: ['vip: Priority=90; Requests=cpu=2', 'x: Priority=10; Requests=cpu=2', 'y: Priority=20; Requests=cpu=2'],
        placed: ['x on a', 'y on b'],
      },
      [
        'vip nowhere: 1 machine: 1 has room once x.service has stopped',
        'x nowhere: 2 machines: 2 have less cpu free than the 2 it needs (0 at most)',
        'x off a',
      ],
    ],
    [
      'a little lower is not clearly lower',
      {
        ...full,
        units: ['vip: Priority=55; Requests=cpu=2', 'x: Requests=cpu=2', 'y: Requests=cpu=2'],
        placed: ['x on a', 'y on b'],
      },
      ['vip nowhere: 2 machines: 2 have less cpu free than the 2 it needs (0 at most)'],
    ],
    [
      'none is left below what it keeps',
      {
        machines: ['a cpu:2'],
        units: ['vip: Priority=90; Requests=cpu=2', ...[1, 2].map(i => `w@${i}: Priority=0; KeepAtLeast=1; Requests=cpu=1`)],
        placed: ['w@1 on a', 'w@2 on a'],
      },
      ['vip nowhere: 1 machine: 1 has 0 cpu free of the 2 it needs'],
    ],
    [
      'whoever was only now given a place loses it to a higher one before it has come',
      {
        machines: ['a cpu:2 memory:1G', 'b cpu:4 memory:2G gpu:1'],
        units: [
          'old: Priority=10; Requests=cpu=2 gpu=1',
          'vip: Priority=90; Requests=memory=2G; Conflicts=old.service',
          ...[1, 2, 3].map(i => `w@${i}: Requests=cpu=2 memory=1G; KeepAtLeast=3`),
        ],
        placed: ['old on b'],
      },
      [
        'old nowhere: 2 machines: 1 has 0 gpu free of the 1 it needs, 1 runs conflicting vip.service',
        'old off b',
        'vip nowhere: 1 machine: 1 has room once old.service has stopped',
        'w@1 to a',
        ...[2, 3].map(
          i => `w@${i} nowhere: 2 machines: 1 has 0 cpu free of the 2 it needs, 1 has 0B memory free of the 1G it needs`,
        ),
      ],
    ],
    [
      'of as low ones whoever was only now given a place goes before one that runs',
      {
        machines: ['a cpu:4'],
        units: [
          'old: Priority=10; Requests=cpu=1',
          'vip: Priority=90; Requests=cpu=3; Conflicts=old.service',
          'x: Requests=cpu=1',
          'y: Requests=cpu=1',
        ],
        placed: ['old on a', 'y on a'],
      },
      [
        'old nowhere: 1 machine: 1 runs conflicting vip.service',
        'old off a',
        'vip nowhere: 1 machine: 1 has room once old.service has stopped',
        'x nowhere: 1 machine: 1 has 0 cpu free of the 1 it needs',
      ],
    ],
    [
      'whoever gives way takes the place of one still lower that was only now given it',
      {
        machines: ['a cpu:2', 'b cpu:1'],
        units: ['vip: Priority=90; Requests=cpu=2', 'w: Requests=cpu=1', 'x: Priority=10; Requests=cpu=1'],
        placed: ['w on a'],
      },
      [
        'vip nowhere: 1 machine: 1 has room once w.service has stopped',
        'w off a',
        'w to b',
        'x nowhere: 2 machines: 2 have less cpu free than the 1 it needs (0 at most)',
      ],
    ],
    [
      'whoever gives way has others give way in its turn',
      {
        machines: ['a cpu:2', 'b cpu:1'],
        units: ['vip: Priority=90; Requests=cpu=2', 'w: Requests=cpu=1', 'x: Priority=10; Requests=cpu=1'],
        placed: ['w on a', 'x on b'],
      },
      [
        'vip nowhere: 1 machine: 1 has room once w.service has stopped',
        'w nowhere: 1 machine: 1 has room once x.service has stopped',
        'w off a',
        'x nowhere: 2 machines: 2 have less cpu free than the 1 it needs (0 at most)',
        'x off b',
      ],
    ],
    [
      'whoever had others give way comes to that room, whatever else has come free',
      {machines: ['a cpu:1', 'b cpu:1'], units: ['vip: Priority=90; Requests=cpu=1'], promised: {vip: 'b'}},
      ['vip to b'],
    ],
    [
      'no other takes that room, even a higher one',
      {
        machines: ['a cpu:1'],
        units: ['vip: Priority=80; Requests=cpu=1', 'x: Priority=90; Requests=cpu=1'],
        stopping: ['old on a: Requests=cpu=1'],
        promised: {vip: 'a'},
      },
      [
        'vip nowhere: 1 machine: 1 has room once old.service has stopped',
        'x nowhere: 1 machine: 1 has 0 cpu free of the 1 it needs',
      ],
    ],
    [
      'where that machine is lost it looks for another',
      {machines: ['a cpu:1'], units: ['vip: Priority=90; Requests=cpu=1'], promised: {vip: 'b'}},
      ['vip to a'],
    ],
    [
      'the higher is placed first where both come',
      {machines: ['a cpu:1'], units: ['a1: Requests=cpu=1', 'vip: Priority=90; Requests=cpu=1']},
      ['a1 nowhere: 1 machine: 1 has 0 cpu free of the 1 it needs', 'vip to a'],
    ],
  ])('%s', (_, story, decisions) => {
    expect(decide(story)).toEqual(decisions)
  })

  test.each<Case>([
    [
      'the lowest: two of them before one that would push them in its turn',
      {
        machines: ['a cpu:2', 'b cpu:2'],
        units: [
          'vip: Priority=90; Requests=cpu=2',
          'x: Requests=cpu=2',
          ...[1, 2].map(i => `w@${i}: Priority=10; Requests=cpu=1`),
        ],
        placed: ['w@1 on a', 'w@2 on a', 'x on b'],
      },
      ['vip on a', 'x on b'],
    ],
    [
      'whoever gave way moves to where there is room',
      {
        machines: ['a cpu:2 role=big', 'b cpu:1'],
        units: ['vip: Priority=90; Requests=cpu=2', 'x: Requests=cpu=1'],
        placed: ['x on a'],
      },
      ['vip on a', 'x on b'],
    ],
    [
      'one is enough for one',
      {
        machines: ['a cpu:2'],
        units: ['vip: Priority=90; Requests=cpu=1', ...[1, 2].map(i => `w@${i}: Requests=cpu=1`)],
        placed: ['w@1 on a', 'w@2 on a'],
      },
      ['vip on a', 'w@1 on a'],
    ],
  ])('comes to rest: %s', (_, story, placed) => {
    expect(outcome(story)).toEqual(placed)
  })
})
