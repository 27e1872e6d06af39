import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {objectionToPlace} from '../../src/lib/scheduler/filters.ts'
import {Ground} from '../../src/lib/scheduler/ground.ts'
import type {Room} from '../../src/lib/scheduler/room.ts'
import {Shapes} from '../../src/lib/scheduler/shapes.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import {Spares} from '../../src/lib/scheduler/spares.ts'
import {Ways} from '../../src/lib/scheduler/ways.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {fewMachines, greedyUnits} from '../fakes/tight-cluster.ts'

interface Stage {
  readonly ground: Ground
  readonly spares: Spares
}

/** What may happen in a pass to a unit and a room; whether it applied. */
const steps: Readonly<Record<string, (stage: Stage, unit: Unit, room: Room) => boolean>> = {
  comes({ground}, unit, room) {
    if (ground.hasSeat(unit.name) || room.expected.has(unit.name) || objectionToPlace(unit, room) !== undefined) return false
    ground.seat(unit.name, room.machine.id)
    return true
  },
  'is expected'({ground}, unit, room) {
    if (ground.hasSeat(unit.name) || room.units.has(unit.name)) return false
    room.expect(unit)
    return true
  },
  leaves({ground, spares}, unit, room) {
    if (!ground.standsOn(unit.name, room.machine.id)) return false
    spares.take(unit, room)
    ground.unseat(unit.name, room.machine.id)
    return true
  },
  'is taken back'({ground, spares}, unit, room) {
    if (!ground.standsOn(unit.name, room.machine.id)) return false
    spares.take(unit, room)
    ground.takeBack(unit.name, room.machine.id)
    return true
  },
  'has stopped'({ground}, unit, room) {
    if (!room.stopping.has(unit.name)) return false
    ground.hasStoppedOn(unit.name, room.machine.id)
    return true
  },
}

const story = fc.record({
  machines: fewMachines,
  units: greedyUnits,
  steps: fc.array(fc.tuple(fc.constantFrom('comes', ...Object.keys(steps)), fc.nat({max: 11}), fc.nat({max: 2})), {
    maxLength: 20,
  }),
})

test('what is remembered of rooms is what is there, whoever comes and goes', () => {
  fc.assert(
    fc.property(story, ({machines, units, steps: chosen}) => {
      const snapshot: Snapshot = {
        ...{machines, stopping: [], frozen: new Set(), gone: new Set(), recentlyLost: new Set()},
        units: units.map(unit => ({unit, finished: false})),
        placements: units.slice(0, 3).map(({name}, since) => ({unit: name, machine: 'm1', since})),
      }
      const ground = new Ground(snapshot)
      const spares = new Spares(snapshot, ground, () => false)
      const ways = new Ways(spares)
      const rooms = [...ground.rooms.values()]
      for (const [what, whom, where] of chosen) {
        const [unit, room] = [units[whom % units.length], rooms[where % rooms.length]]
        if (unit === undefined || room === undefined || steps[what]?.({ground, spares}, unit, room) !== true) continue
        ways.haveChanged()
        const anew = new Shapes(rooms, ground, 'spread')
        for (const each of units) {
          if (ground.hasSeat(each.name) || rooms.some(({expected}) => expected.has(each.name))) continue
          const [shape, other] = [ground.shapes.of(each), anew.of(each)]
          // What it holds itself where it stops is in the way of others of its shape, not in its own.
          if (!ground.isStopping(each.name)) expect(shape.best(each)?.machine.id).toBe(other.best(each)?.machine.id)
          const [way, found] = [ways.cheapest(each, shape), new Ways(spares).cheapest(each, other)]
          expect(way?.room.machine.id).toBe(found?.room.machine.id)
          expect(way?.leave.map(({name}) => name)).toEqual(found?.leave.map(({name}) => name))
          expect(way?.awaited).toEqual(found?.awaited)
        }
      }
    }),
    propertyRuns(400),
  )
})
