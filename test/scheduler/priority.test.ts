import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {byPriority, queueUp} from '../../src/lib/scheduler/priority.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {unitWith} from '../fakes/snapshot.ts'

test('a queue by priority stays in order, whoever joins it', () => {
  const unit = fc
    .tuple(fc.integer({min: 0, max: 3}), fc.integer({min: 1, max: 12}))
    .map(([priority, index]) => unitWith(`a@${index}`, [`Priority=${priority}`]))
  fc.assert(
    fc.property(fc.array(unit), units => {
      const queue: typeof units = []
      for (const each of units) queueUp(each, queue)
      expect(queue).toEqual(units.toSorted(byPriority))
    }),
    propertyRuns(200),
  )
})
