import {describe, expect, test} from 'vitest'
import {Fault} from '../../../src/lib/unit/fault.ts'
import {compareVersions, conditionText, holds, parseCondition} from '../../../src/lib/unit/placement/condition.ts'

const metadata = {role: 'web', kernel: '5.10.0-28', zone: 'eu-west-1', cores: '16', empty: ''}

test.each<[text: string, holds: boolean]>([
  ['role=web', true],
  ['role=db', false],
  ['role!=db', true],
  ['role!=web', false],
  ['rack!=a', true],
  ['kernel>=5.10', true],
  ['kernel>=5.9', true],
  ['kernel<5.9', false],
  ['kernel<6', true],
  ['cores>8', true],
  ['cores>16', false],
  ['cores<=16', true],
  ['rack>=1', false],
  ['rack<1', false],
  ['zone~eu-*', true],
  ['zone~us-*', false],
  ['rack~*', false],
  ['role', true],
  ['empty', true],
  ['rack', false],
  ['!rack', true],
  ['!role', false],
  ['toString', false],
])('%s: %s', (text, expected) => {
  const condition = parseCondition(text)
  if (condition instanceof Fault) throw new Error(condition.message)
  expect(conditionText(condition)).toBe(text)
  expect(holds(condition, metadata)).toBe(expected)
})

test.each(['', '=a', 'a b', 'role=a=b', '!a=b', 'zone~['])('%j is no condition', text => {
  expect(parseCondition(text)).toBeInstanceOf(Fault)
})

describe('versions', () => {
  const ordered = ['5', '5.9', '5.10', '5.10.0-28', '5.10.1', '6', '10']
  test('are compared number by number', () => {
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
  })
  test('a word stands before a number, and by its letters', () => {
    expect(compareVersions('1.0-beta', '1.0-rc')).toBeLessThan(0)
    expect(compareVersions('1.0-rc', '1.0.1')).toBeLessThan(0)
    expect(compareVersions('v2', 'v2')).toBe(0)
  })
})
