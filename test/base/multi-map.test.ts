import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {MultiMap} from '../../src/lib/base/multi-map.ts'

const change = fc.record({
  key: fc.constantFrom('a', 'b'),
  value: fc.constantFrom('1', '2', '3'),
  kind: fc.constantFrom('add' as const, 'delete' as const),
})

test('holds what a map of sets would, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(change), changes => {
      const map = new MultiMap<string, string>()
      const sets = new Map([
        ['a', new Set<string>()],
        ['b', new Set<string>()],
      ])
      for (const {kind, key, value} of changes) {
        map[kind](key, value)
        sets.get(key)?.[kind](value)
      }
      for (const [key, values] of sets) {
        expect([...map.get(key)]).toEqual([...values])
        expect(map.has(key)).toBe(values.size > 0)
        for (const value of ['1', '2', '3']) {
          expect(map.holds(key, value)).toBe(values.has(value))
          expect(map.other(key, value)).toBe([...values].find(each => each !== value))
        }
      }
      expect([...map.values()].sort()).toEqual([...sets.values()].flatMap(values => [...values]).sort())
    }),
  )
})
