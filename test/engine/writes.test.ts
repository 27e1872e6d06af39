import {describe, expect, test} from 'vitest'
import type {EngineDecision} from '../../src/lib/engine/plan.ts'
import {batchesOf, writesOf} from '../../src/lib/engine/writes.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {textOf, viewOf} from '../fakes/engine-story.ts'

const place = (unit: string, machine: string): EngineDecision => ({
  kind: 'place',
  unit: `${unit}.service`,
  machine,
  reason: 'why',
})
const evict = (unit: string, machine: string): EngineDecision => ({
  kind: 'evict',
  unit: `${unit}.service`,
  machine,
  reason: 'why',
})

describe('what a decision writes', () => {
  const view = viewOf({machines: ['a'], units: ['x gen=3', 'idle inactive'], placed: ['x on a gen=2']})
  const file = fileHash(textOf('v1'))
  const unit = 'x.service'
  const assignment = (reason: string) =>
    `{"schema":1,"file":"${file}","desiredState":"launched","generation":3,"reason":"${reason}"}`

  test.each<[EngineDecision, object]>([
    [place('x', 'b'), {kind: 'put', key: 'assignments/b/x.service', value: assignment('why')}],
    [evict('x', 'a'), {kind: 'delete', key: 'assignments/a/x.service'}],
    [
      {kind: 'update', unit, machine: 'a', reason: 'new'},
      {kind: 'put', key: 'assignments/a/x.service', value: assignment('told')},
    ],
    [
      {kind: 'forget', unit, machine: 'a', reason: 'why'},
      {kind: 'delete', key: 'states/a/x.service'},
    ],
    [
      {kind: 'withdraw', unit, reason: 'why'},
      {kind: 'delete', key: 'refusals/x.service'},
    ],
    [
      {kind: 'refuse', unit, objections: [{kind: 'cordoned'}]},
      {kind: 'put', key: 'refusals/x.service', value: '{"schema":1,"unitRevision":3,"reason":"1 machine: 1 is cordoned"}'},
    ],
  ])('%j', (decision, write) => {
    expect(writesOf(decision, view)).toEqual([write])
  })

  test.each<[what: string, EngineDecision]>([
    ['a unit that is not known', place('nobody', 'a')],
    ['a unit that is inactive', place('idle', 'a')],
    ['a refusal of a unit that is not known', {kind: 'refuse', unit: 'nobody.service', objections: []}],
  ])('%s: nothing', (_, decision) => {
    expect(writesOf(decision, view)).toEqual([])
  })
})

describe('batches', () => {
  const names = ['u', 'v', 'w', 'x', 'y']
  const view = viewOf({units: names})
  const batches = (decisions: readonly EngineDecision[], limit: number) =>
    batchesOf(decisions, view, limit).map(batch =>
      batch.map(({kind, key}) => `${kind === 'put' ? '+' : '-'}${key.replace('assignments/', '')}`),
    )

  test.each<[what: string, decisions: readonly EngineDecision[], limit: number, expected: readonly (readonly string[])[]]>([
    ['nothing', [], 3, []],
    ['all in one', names.map(name => place(name, 'a')), 5, [['u', 'v', 'w', 'x', 'y'].map(name => `+a/${name}.service`)]],
    [
      'full ones',
      names.map(name => place(name, 'a')),
      2,
      [['+a/u.service', '+a/v.service'], ['+a/w.service', '+a/x.service'], ['+a/y.service']],
    ],
    [
      'a move stays together, wherever its parts were told',
      [evict('u', 'a'), evict('v', 'a'), place('u', 'b'), place('v', 'b')],
      3,
      [
        ['-a/u.service', '+b/u.service'],
        ['-a/v.service', '+b/v.service'],
      ],
    ],
    [
      'a unit with more than fits',
      ['a', 'b', 'c', 'd', 'e'].map(machine => place('u', machine)),
      2,
      [['+a/u.service', '+b/u.service'], ['+c/u.service', '+d/u.service'], ['+e/u.service']],
    ],
    [
      'those that come to a machine stand together',
      [place('u', 'a'), place('v', 'b'), place('w', 'a'), place('x', 'b'), place('y', 'c')],
      3,
      [
        ['+a/u.service', '+a/w.service', '+b/v.service'],
        ['+b/x.service', '+c/y.service'],
      ],
    ],
    [
      'but nobody passes one that leaves',
      [place('u', 'a'), place('v', 'b'), evict('w', 'a'), place('x', 'a'), place('y', 'b')],
      5,
      [['+a/u.service', '+b/v.service', '-a/w.service', '+a/x.service', '+b/y.service']],
    ],
    ['what writes nothing', [place('nobody', 'a')], 2, []],
  ])('%s', (_, decisions, limit, expected) => {
    expect(batches(decisions, limit)).toEqual(expected)
  })
})
