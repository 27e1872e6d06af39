import {expect, test} from 'vitest'
import type {RunUse} from '../../src/lib/drivers/driver.ts'
import {sumOfUses, unitUses} from '../../src/lib/top/rates.ts'

const use = (unit: string, at: number, cpuSeconds: number | null, parts: Partial<RunUse> = {}): RunUse => ({
  ...{unit, run: unit, driver: 'docker', at, cpuSeconds, memoryBytes: 10},
  ...parts,
})

test.each<[what: string, before: readonly RunUse[], after: readonly RunUse[], cpus: number | null]>([
  ['half a CPU for two seconds', [use('a', 1000, 5)], [use('a', 3000, 6)], 0.5],
  ['nothing', [use('a', 1000, 5)], [use('a', 2000, 5)], 0],
  ['of a run that was not there before', [], [use('a', 2000, 5)], null],
  ['of a run in place of another', [use('a', 1000, 5)], [use('a', 2000, 1, {run: 'other'})], null],
  ['by a count that began anew', [use('a', 1000, 5)], [use('a', 2000, 1)], null],
  ['at one and the same moment', [use('a', 1000, 5)], [use('a', 1000, 6)], null],
  ['that is not counted', [use('a', 1000, null)], [use('a', 2000, null)], null],
])('what is used is %s', (_, before, after, cpus) => {
  expect(unitUses(before, after)).toEqual(new Map([['a', {cpus, memoryBytes: 10}]]))
})

test('the runs of a unit count together', () => {
  const before = [use('a', 1000, 1), use('a', 1000, 1, {run: 'b'})]
  const after = [use('a', 2000, 2), use('a', 2000, 3, {run: 'b', memoryBytes: 5})]
  expect(unitUses(before, after).get('a')).toEqual({cpus: 3, memoryBytes: 15})
})

test('what is not known is left out of a sum, and nothing known is nothing said', () => {
  expect(
    sumOfUses([
      {cpus: 1, memoryBytes: null},
      {cpus: null, memoryBytes: null},
    ]),
  ).toEqual({cpus: 1, memoryBytes: null})
  expect(sumOfUses([])).toEqual({cpus: null, memoryBytes: null})
})
