import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {compareNatural, sortedNaturally, sortKey} from '../../src/lib/base/natural-order.ts'

test.each([
  ['by number', ['web@2.service', 'web@10.service', 'web@9.service'], ['web@2.service', 'web@9.service', 'web@10.service']],
  ['of any length', ['a10000000000000000001', 'a9999999999999999999'], ['a9999999999999999999', 'a10000000000000000001']],
  ['what is shorter first', ['web@1.service', 'web', 'web@.service'], ['web', 'web@.service', 'web@1.service']],
  ['fewer noughts are later', ['a7', 'a007', 'a07'], ['a007', 'a07', 'a7']],
  ['a number by its first digit where the other has none', ['a:', 'a1', 'a-'], ['a-', 'a1', 'a:']],
  ['nought before one', ['a1', 'a0', 'a00'], ['a0', 'a00', 'a1']],
])('%s', (_, names, sorted) => {
  expect([...names].sort(compareNatural)).toEqual(sorted)
  expect(
    sortedNaturally(
      names,
      name => name,
      () => 0,
    ),
  ).toEqual(sorted)
})

const name = fc
  .array(fc.constantFrom('a', 'b', '-', '.', ':', '@', '0', '00', '1', '9', '10', '123456789'), {maxLength: 8})
  .map(parts => parts.join(''))

test('the order is total', () => {
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b))).toBe(0 - Math.sign(compareNatural(b, a)))
      expect(compareNatural(a, b) === 0).toBe(a === b)
      if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0) expect(compareNatural(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('keys stand to each other as their names do, but for noughts', () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [x, y] = [sortKey(a), sortKey(b)]
      if (x !== y) expect(x < y).toBe(compareNatural(a, b) < 0)
      else expect(withoutNoughts(a)).toBe(withoutNoughts(b))
    }),
  )
})

test('many are in the order that two are in', () => {
  fc.assert(
    fc.property(fc.array(name), names => {
      expect(sortedNaturally(names, each => each)).toEqual([...names].sort(compareNatural))
    }),
    {numRuns: 1000},
  )
})

function withoutNoughts(text: string): string {
  return text.replaceAll(/\d+/g, digits => digits.replace(/^0+/, ''))
}

test('things of one name are as the other order has them', () => {
  const things = [
    ['b', 2],
    ['a', 1],
    ['b', 1],
  ] as const
  expect(
    sortedNaturally(
      things,
      ([each]) => each,
      (a, b) => a[1] - b[1],
    ),
  ).toEqual([
    ['a', 1],
    ['b', 1],
    ['b', 2],
  ])
})
