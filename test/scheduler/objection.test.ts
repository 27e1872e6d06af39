import {describe, expect, test} from 'vitest'
import {describeObjection, describeObjections, type Objection} from '../../src/lib/scheduler/objection.ts'

const role: Objection = {kind: 'metadata', key: 'role', values: ['db']}
const conflict = (other: string): Objection => ({kind: 'conflict', other})

describe('objections in words', () => {
  test.each<[Objection, one: string, several: string]>([
    [{kind: 'unreadable'}, 'has a record that cannot be read', 'have records that cannot be read'],
    [{kind: 'cordoned'}, 'is cordoned', 'are cordoned'],
    [{kind: 'leaving'}, 'is leaving', 'are leaving'],
    [{kind: 'driver', driver: 'systemd'}, 'lacks the systemd driver', 'lack the systemd driver'],
    [{kind: 'machine-id', wanted: 'abc'}, 'is not machine abc', 'are not machine abc'],
    [role, 'lacks role=db', 'lack role=db'],
    [{kind: 'metadata', key: 'zone', values: ['1', '2']}, 'lacks zone=1|2', 'lack zone=1|2'],
    [{kind: 'peer', peer: 'a.service'}, 'does not run a.service', 'do not run a.service'],
    [conflict('a.service'), 'runs conflicting a.service', 'run conflicting a.service'],
    [
      {kind: 'stopping', other: 'a.service'},
      'is still stopping conflicting a.service',
      'are still stopping conflicting a.service',
    ],
    [{kind: 'replaced', by: 'a.service'}, 'runs a.service, which replaces it', 'run a.service, which replace it'],
  ])('%j', (objection, one, several) => {
    expect(describeObjection(objection)).toBe(one)
    expect(describeObjections([objection])).toBe(`1 machine: 1 ${one}`)
    expect(describeObjections([objection, objection])).toBe(`2 machines: 2 ${several}`)
  })

  test.each<[what: string, objections: readonly Objection[], words: string]>([
    ['none', [], 'no machine is registered'],
    ['commonest first', [conflict('db@1.service'), role, role], '3 machines: 2 lack role=db, 1 runs conflicting db@1.service'],
    ['as often: in the order they came', [{kind: 'cordoned'}, {kind: 'leaving'}], '2 machines: 1 is cordoned, 1 is leaving'],
    [
      'one key with other values is another objection',
      [role, {kind: 'metadata', key: 'role', values: ['web']}],
      '2 machines: 1 lacks role=db, 1 lacks role=web',
    ],
    ['each name once', [conflict('a'), conflict('b'), conflict('a')], '3 machines: 3 run conflicting a, b'],
    ['three names', ['a', 'b', 'c'].map(conflict), '3 machines: 3 run conflicting a, b, c'],
    ['more than three names', ['a', 'b', 'c', 'd', 'e'].map(conflict), '5 machines: 5 run conflicting a, b, c and 2 more'],
  ])('%s', (_, objections, words) => {
    expect(describeObjections(objections)).toBe(words)
  })
})
