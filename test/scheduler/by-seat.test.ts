import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {BySeat} from '../../src/lib/scheduler/by-seat.ts'
import {seatKey} from '../../src/lib/scheduler/seats.ts'

const change = fc.record({
  kind: fc.constantFrom('set' as const, 'delete' as const),
  unit: fc.constantFrom('web@1.service', 'web@2.service'),
  machine: fc.constantFrom('m1', 'm2', 'm3'),
  reason: fc.constantFrom('this', 'that'),
})

test('holds what a map by unit and machine would, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(change), changes => {
      const bySeat = new BySeat<{readonly unit: string; readonly machine: string; readonly reason: string}>()
      const known = new Map<string, {readonly unit: string; readonly machine: string; readonly reason: string}>()
      for (const {kind, ...value} of changes) {
        const key = seatKey(value.unit, value.machine)
        if (kind === 'delete') expect(bySeat.delete(value.unit, value.machine)).toBe(known.delete(key))
        else {
          bySeat.set(value)
          known.set(key, value)
        }
        const all = bySeat.all()
        expect(all).toHaveLength(known.size)
        expect(new Set(all)).toEqual(new Set(known.values()))
      }
    }),
  )
})

test('units are in the order in which they came', () => {
  const bySeat = new BySeat()
  const seats = [
    ['b', 'm1'],
    ['a', 'm1'],
    ['b', 'm2'],
  ].map(([unit = '', machine = '']) => ({unit, machine}))
  for (const seat of seats) bySeat.set(seat)
  expect(bySeat.all().map(({unit, machine}) => `${unit} ${machine}`)).toEqual(['b m1', 'b m2', 'a m1'])
})
