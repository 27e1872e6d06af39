import {describe, expect, test} from 'vitest'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import {decide, type Story, snapshotOf} from '../fakes/snapshot.ts'

type Case = readonly [what: string, story: Story, expected: readonly string[]]

describe('what is decided', () => {
  test.each<Case>([
    ['nothing of nothing', {}, []],
    ['nothing without units', {machines: ['a']}, []],
    ['no place without machines', {units: ['x']}, ['x nowhere: no machine is registered']],
    ['nothing about what stands well', {machines: ['a'], units: ['x'], placed: ['x on a']}, []],
    ['a new unit is placed', {machines: ['a', 'b'], units: ['x', 'y'], placed: ['x on a']}, ['y to b']],
    ['the first machine of equals', {machines: ['b', 'a'], units: ['x']}, ['x to a']],
    ['machines in the order people count', {machines: ['m10', 'm2'], units: ['x']}, ['x to m2']],
    ['the least loaded machine', {machines: ['a', 'b'], units: ['x', 'y', 'z'], placed: ['x on a', 'y on a']}, ['z to b']],
    [
      'by count, then by id',
      {machines: ['a', 'b', 'c'], units: ['u', 'v', 'w', 'x', 'y'], placed: ['u on a', 'v on c']},
      ['w to b', 'x to a', 'y to b'],
    ],
    ['units by name as people count', {machines: ['a', 'b'], units: ['w@10', 'w@9']}, ['w@10 to b', 'w@9 to a']],
    ['a unit of a lost machine', {machines: ['b'], units: ['x'], placed: ['x on a']}, ['x off a', 'x to b']],
    ['a unit of the only machine, lost', {units: ['x'], placed: ['x on a']}, ['x nowhere: no machine is registered', 'x off a']],
    ['a unit no longer wanted', {machines: ['a'], placed: ['x on a']}, ['x off a']],
    ['a unit that stands twice', {machines: ['a', 'b'], units: ['x'], placed: ['x on b', 'x on a']}, ['x off a']],
    [
      'metadata that changed',
      {machines: ['a role=db', 'b role=web'], units: ['x: MachineMetadata=role=web'], placed: ['x on a']},
      ['x off a', 'x to b'],
    ],
    [
      'metadata that nobody has any more',
      {machines: ['a'], units: ['x: MachineMetadata=role=web'], placed: ['x on a']},
      ['x nowhere: 1 machine: 1 lacks role=web', 'x off a'],
    ],
    ['a machine that lost its driver keeps what it has', {machines: ['a systemd'], units: ['x'], placed: ['x on a']}, []],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })

  test('every decision has its reason', () => {
    const story: Story = {
      machines: ['a role=web', 'b role=web', 'c'],
      units: ['g: Global=true; MachineMetadata=role=web', 'p', 'q: MachineOf=p.service', 'w: MachineMetadata=role=web', 'o', 'l'],
      placed: ['w on c', 'o on lost', 'old on a'],
    }
    const reasons = schedule(snapshotOf(story)).map(decision =>
      decision.kind === 'refuse' ? '' : `${decision.kind} ${decision.unit} ${decision.machine}: ${decision.reason}`,
    )
    expect(reasons).toEqual([
      'evict w.service c: machine c lacks role=web',
      'evict o.service lost: machine lost is lost',
      'evict old.service a: no longer wanted here',
      'place g.service a: global: on every machine that fits',
      'place g.service b: global: on every machine that fits',
      'place l.service c: least loaded of 3 machines that fit',
      'place o.service a: least loaded of 3 machines that fit',
      'place p.service b: least loaded of 3 machines that fit',
      'place w.service a: least loaded of 2 machines that fit',
      'place q.service b: next to p.service',
    ])
  })
})

describe('who stays when machines change', () => {
  test.each<Case>([
    [
      'cordoned keeps what it has and takes nothing',
      {machines: ['a cordoned'], units: ['x', 'y'], placed: ['x on a']},
      ['y nowhere: 1 machine: 1 is cordoned'],
    ],
    ['leaving gives away what it has', {machines: ['a leaving', 'b'], units: ['x'], placed: ['x on a']}, ['x off a', 'x to b']],
    [
      'leaving with nowhere to go',
      {machines: ['a leaving'], units: ['x'], placed: ['x on a']},
      ['x nowhere: 1 machine: 1 is leaving', 'x off a'],
    ],
    [
      'leaving gives away globals',
      {machines: ['a leaving', 'b'], units: ['g: Global=true'], placed: ['g on a', 'g on b']},
      ['g off a'],
    ],
    [
      'unreadable keeps what it has, whatever it asks for',
      {
        machines: ['a unreadable', 'b role=web'],
        units: ['x: MachineMetadata=role=web', 'y: MachineOf=z.service'],
        placed: ['x on a', 'y on a'],
      },
      [],
    ],
    ['unreadable gives up what is not wanted', {machines: ['a unreadable'], placed: ['x on a']}, ['x off a']],
    [
      'unreadable does not hold a second seat',
      {machines: ['a unreadable', 'b'], units: ['x'], placed: ['x on b', 'x on a']},
      ['x off a'],
    ],
    ['frozen stays on a lost machine', {machines: ['b'], frozen: ['x'], placed: ['x on a']}, []],
    ['frozen stays on a leaving machine', {machines: ['a leaving', 'b'], frozen: ['x'], placed: ['x on a']}, []],
    ['frozen stays twice', {machines: ['a', 'b'], frozen: ['x'], placed: ['x on a', 'x on b']}, []],
    ['frozen is not placed', {machines: ['a'], units: ['x'], frozen: ['x']}, []],
    [
      'frozen is a peer',
      {machines: ['a', 'b'], units: ['y: MachineOf=x.service'], frozen: ['x'], placed: ['x on b']},
      ['y to b'],
    ],
    [
      'frozen conflicts by the other’s word',
      {machines: ['a'], units: ['y: Conflicts=x.*'], frozen: ['x'], placed: ['x on a']},
      ['y nowhere: 1 machine: 1 runs conflicting x.service'],
    ],
    ['frozen does not make way', {machines: ['a'], units: ['y: Replaces=x.*'], frozen: ['x'], placed: ['x on a']}, ['y to a']],
    ['finished stays', {machines: ['a', 'b role=web'], units: ['x finished: MachineMetadata=role=web'], placed: ['x on a']}, []],
    ['finished stays on a leaving machine', {machines: ['a leaving', 'b'], units: ['x finished'], placed: ['x on a']}, []],
    [
      'finished on a lost machine stays there, and is not done again',
      {machines: ['b'], units: ['x finished'], placed: ['x on a']},
      [],
    ],
    ['finished without a place is not refused', {units: ['x finished']}, []],
    ['finished does not make way', {machines: ['a'], units: ['x finished', 'y: Replaces=x.*'], placed: ['x on a']}, ['y to a']],
  ])('%s', (_, story, expected) => {
    expect(decide(story)).toEqual(expected)
  })
})

describe('MachineID', () => {
  test('three units on the machines they name', () => {
    const ids = ['11111111aaaa', '22222222bbbb', '33333333cccc']
    const units = ['x: MachineID=33333333cccc', 'y: MachineID=11111111', 'z: MachineID=22222222bbbb']
    expect(decide({machines: ids, units})).toEqual(['x to 33333333cccc', 'y to 11111111aaaa', 'z to 22222222bbbb'])
  })

  test('a unit pinned to a lost machine waits', () => {
    expect(decide({machines: ['b'], units: ['x: MachineID=a'], placed: ['x on a']})).toEqual([
      'x nowhere: 1 machine: 1 is not machine a',
      'x off a',
    ])
  })
})
