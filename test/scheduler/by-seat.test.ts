import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {BySeat} from '../../src/lib/scheduler/by-seat.ts'

interface Known {
  readonly unit: string
  readonly machine: string
  readonly reason: string
}

const change = fc.record({
  kind: fc.constantFrom('set' as const, 'delete' as const),
  unit: fc.constantFrom('web@1.service', 'web@2.service'),
  machine: fc.constantFrom('m1', 'm2', 'm3'),
  reason: fc.constantFrom('this', 'that'),
})

test('holds what a map of maps would, in the order in which units came, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(change), changes => {
      const bySeat = new BySeat<Known>()
      const known = new Map<string, Map<string, Known>>()
      for (const {kind, ...value} of changes) {
        const {unit, machine} = value
        const machines = known.get(unit) ?? new Map<string, Known>()
        if (kind === 'set') {
          bySeat.set(value)
          known.set(unit, machines.set(machine, value))
        } else {
          expect(bySeat.delete(unit, machine)).toBe(machines.delete(machine))
          if (machines.size === 0) known.delete(unit)
        }
        expect(bySeat.of(unit)).toEqual([...machines.values()])
        for (const each of ['m1', 'm2', 'm3']) expect(bySeat.holds(unit, each)).toBe(machines.has(each))
        expect(bySeat.all()).toEqual([...known.values()].flatMap(each => [...each.values()]))
      }
    }),
    {numRuns: 2000},
  )
})
