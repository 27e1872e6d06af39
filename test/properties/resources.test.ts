import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Decision} from '../../src/lib/scheduler/decision.ts'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot, SnapshotMachine} from '../../src/lib/scheduler/snapshot.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {follow} from '../fakes/snapshot.ts'
import {fewMachines, greedyUnits} from '../fakes/tight-cluster.ts'

const runs = propertyRuns(400)

/** A cluster that comes to its units in two waves. */
const world = fc.record({
  machines: fewMachines,
  units: greedyUnits,
  first: fc.integer({min: 0, max: 12}),
})

interface Look {
  readonly before: Snapshot
  readonly decisions: readonly Decision[]
  readonly after: Snapshot
}

/** Every look of a cluster to which first some units come, and then all. */
function looksOf({
  machines,
  units: all,
  first,
}: {
  machines: readonly SnapshotMachine[]
  units: readonly Unit[]
  first: number
}): readonly Look[] {
  const looks: Look[] = []
  let placements: Snapshot['placements'] = []
  let promised: ReadonlyMap<string, string> = new Map()
  for (const wave of [all.slice(0, first), all]) {
    for (let round = 0; ; round++) {
      if (round > 3 * all.length + 3) throw new Error('does not come to rest')
      const before: Snapshot = {
        ...{machines, placements, promised, stopping: [], frozen: new Set(), gone: new Set(), recentlyLost: new Set()},
        units: wave.map(unit => ({unit, finished: false})),
      }
      const decisions = schedule(before)
      const after = follow(before, decisions)
      looks.push({before, decisions, after})
      placements = after.placements
      promised = after.promised ?? new Map()
      if (decisions.every(({kind}) => kind === 'refuse')) break
    }
  }
  return looks
}

function holds(check: (look: Look, units: ReadonlyMap<string, Unit>) => void): void {
  fc.assert(
    fc.property(world, story => {
      const byName = new Map(story.units.map(unit => [unit.name, unit]))
      for (const look of looksOf(story)) check(look, byName)
    }),
    runs,
  )
}

/** The units on each machine, those that were taken away by this look among them: they hold what they have until they have stopped. */
function standing({before, after}: Look, machine: string, byName: ReadonlyMap<string, Unit>): readonly Unit[] {
  const names = [...before.placements, ...after.placements].filter(each => each.machine === machine).map(({unit}) => unit)
  return [...new Set(names)].flatMap(name => byName.get(name) ?? [])
}

const family = (name: string) => name.slice(0, 2)

describe('a cluster with little room', () => {
  test('comes to rest', () => {
    fc.assert(
      fc.property(world, story => void looksOf(story)),
      runs,
    )
  })

  test('is never over capacity, not even while somebody is stopping', () =>
    holds((look, byName) => {
      for (const {id, capacity} of look.before.machines) {
        const here = standing(look, id, byName).map(({requests}) => requests)
        const sum = (of: (requests: Unit['requests']) => number) => here.reduce((all, each) => all + of(each), 0)
        expect(sum(({cpus}) => cpus)).toBeLessThanOrEqual((capacity?.cpus ?? 0) + 1e-6)
        expect(sum(({memoryBytes}) => memoryBytes)).toBeLessThanOrEqual(capacity?.memoryBytes ?? 0)
        expect(sum(({devices}) => devices.gpu ?? 0)).toBeLessThanOrEqual(capacity?.devices.gpu ?? 0)
      }
    }))

  test('never has two that want one port on one machine', () =>
    holds((look, byName) => {
      for (const {id} of look.before.machines) {
        const ports = standing(look, id, byName).flatMap(({requests}) => requests.ports)
        for (const [at, one] of ports.entries())
          for (const other of ports.slice(at + 1))
            expect(
              one.port === other.port &&
                (one.address === undefined || other.address === undefined || one.address === other.address),
            ).toBe(false)
      }
    }))

  test('holds how many there may be of a family', () =>
    holds(({after, before}, byName) => {
      for (const unit of byName.values()) {
        for (const {key, most} of unit.placement.maxPer ?? []) {
          const places = after.placements
            .filter(each => family(each.unit) === family(unit.name))
            .map(each => (key === undefined ? each.machine : before.machines.find(({id}) => id === each.machine)?.metadata[key]))
          for (const place of places)
            if (place !== undefined) expect(places.filter(each => each === place).length).toBeLessThanOrEqual(most)
        }
      }
    }))

  test('takes nobody away but for one of clearly higher priority that fits nowhere else, and then has room for it', () =>
    holds(({before, decisions, after}, byName) => {
      const gone = decisions.filter(decision => decision.kind === 'evict')
      for (const {unit, reason} of gone) {
        const [, by = ''] = /^it gives way to (\S+), /.exec(reason) ?? []
        const priority = (name: string) => byName.get(name)?.placement.priority ?? 50
        expect(priority(by) - priority(unit)).toBeGreaterThanOrEqual(10)
        // Whoever gives way has others give way in their turn.
        const stays = before.placements.some(each => each.unit === by) && !gone.some(each => each.unit === by)
        expect(stays).toBe(false)
        const next = follow(after, schedule(after))
        const story = [by, before.machines, before.placements, decisions, schedule(after), [...byName.values()]]
        expect(
          next.placements.some(each => each.unit === by),
          JSON.stringify(story),
        ).toBe(true)
      }
    }))

  test('takes nobody away from a family that is at what it keeps', () =>
    holds(({before, decisions}, byName) => {
      const victims = decisions.filter(decision => decision.kind === 'evict').map(({unit}) => unit)
      for (const name of victims) {
        const floor = byName.get(name)?.placement.keepAtLeast ?? 0
        const had = before.placements.filter(each => family(each.unit) === family(name)).length
        const lost = victims.filter(other => family(other) === family(name)).length
        expect(had - lost, name).toBeGreaterThanOrEqual(floor)
      }
    }))

  test('keeps apart who conflicts', () =>
    holds((look, byName) => {
      for (const {id} of look.before.machines) {
        const here = standing(look, id, byName)
        for (const one of here)
          if (one.placement.conflicts.length > 0)
            expect(here.filter(other => other !== one && family(other.name) === 'a@').map(({name}) => name)).toEqual([])
      }
    }))
})
