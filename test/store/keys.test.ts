import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {assignmentsOf, keys, type ParsedKey, parseKey, statesOf} from '../../src/lib/store/keys.ts'

describe('keys', () => {
  const cases: readonly [key: string, text: string, parsed: ParsedKey][] = [
    [keys.file('0a1b'), 'files/0a1b', {kind: 'file', hash: '0a1b'}],
    [keys.unit('web@1.service'), 'units/web@1.service', {kind: 'unit', unit: 'web@1.service'}],
    [keys.machine('m1'), 'machines/m1', {kind: 'machine', machine: 'm1'}],
    [keys.machineSettings('m1'), 'settings/machines/m1', {kind: 'machineSettings', machine: 'm1'}],
    [keys.assignment('m1', 'a.service'), 'assignments/m1/a.service', {kind: 'assignment', machine: 'm1', unit: 'a.service'}],
    [keys.state('m1', 'a.service'), 'states/m1/a.service', {kind: 'state', machine: 'm1', unit: 'a.service'}],
    [keys.refusal('a.service'), 'refusals/a.service', {kind: 'refusal', unit: 'a.service'}],
    [keys.leader, 'leader', {kind: 'leader'}],
    [keys.cluster, 'cluster', {kind: 'cluster'}],
  ]
  test.each(cases)('%s', (key, text, parsed) => {
    expect(key).toBe(text)
    expect(parseKey(key)).toEqual(parsed)
  })

  test.each(['', 'units', 'units/', 'units/a/b', 'states/m1', 'states/m1/', 'states/m1/a/b', 'other/a', 'leaders', 'units/a b'])(
    'a stranger: %j',
    key => expect(parseKey(key)).toBeUndefined(),
  )

  test.each(['', 'a/b', 'a b', 'ä', '*'])('%j is refused as part of a key', name => {
    expect(() => keys.unit(name)).toThrow(RangeError)
    expect(() => keys.state('m', name)).toThrow(RangeError)
    expect(() => statesOf(name)).toThrow(RangeError)
  })

  test('any allowed name comes back', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9:_.@\\-]+$/)
    fc.assert(
      fc.property(name, name, (machine, unit) => {
        expect(parseKey(keys.assignment(machine, unit))).toEqual({kind: 'assignment', machine, unit})
        expect(keys.assignment(machine, unit).startsWith(assignmentsOf(machine))).toBe(true)
        expect(parseKey(keys.unit(unit))).toEqual({kind: 'unit', unit})
      }),
    )
  })
})
