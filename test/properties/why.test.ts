import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {objectionToPlace} from '../../src/lib/scheduler/filters.ts'
import {obstaclesTo} from '../../src/lib/scheduler/obstacles.ts'
import {schedule, scheduleAndShow} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import {explainer} from '../../src/lib/scheduler/why.ts'
import {anySnapshot} from '../fakes/arbitrary-snapshot.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {unitWith} from '../fakes/snapshot.ts'

const runs = propertyRuns(300)

const lines = fc
  .record({
    cpu: fc.constantFrom('', 'Requests=cpu=1', 'Requests=cpu=2'),
    memory: fc.constantFrom('', 'Requests=memory=1K', 'Requests=memory=2K'),
    port: fc.constantFrom('', '', 'Ports=80', 'Ports=81'),
    most: fc.constantFrom('', '', 'MaxPerMachine=1', 'MaxPer=zone:1'),
    spread: fc.constantFrom('', 'Spread=zone'),
    wish: fc.constantFrom('', 'Near=b@*.service', 'Prefer=zone=1'),
    zone: fc.constantFrom('', '', 'MachineMetadata=zone=1'),
    priority: fc.constantFrom('', 'Priority=10', 'Priority=90'),
    conflicts: fc.constantFrom('', '', 'Conflicts=a@*.service'),
  })
  .map(parts => Object.values(parts).filter(line => line !== ''))

/** Machines with capacities, and units of which some stand already. */
const packed: fc.Arbitrary<Snapshot> = fc
  .record({
    machines: fc.array(
      fc.record({cpus: fc.integer({min: 1, max: 3}), memory: fc.integer({min: 1, max: 4}), zone: fc.boolean()}),
      {
        maxLength: 3,
      },
    ),
    units: fc.array(lines, {minLength: 1, maxLength: 7}),
    places: fc.array(fc.integer({min: 0, max: 3}), {minLength: 7, maxLength: 7}),
  })
  .map(({machines, units, places}) => {
    const all = units.map((said, at) => unitWith(`${'ab'[at % 2]}@${at + 1}`, said))
    return {
      machines: machines.map(({cpus, memory, zone}, at) => ({
        ...{id: `m${at}`, label: `m${at}`, drivers: ['docker'], cordoned: false, leaving: false},
        metadata: zone ? {zone: '1'} : {},
        capacity: {cpus, memoryBytes: memory * 1024, diskBytes: 0, devices: {}},
      })),
      units: all.map(unit => ({unit, finished: false})),
      placements: all.flatMap(({name}, at) =>
        (places[at] ?? 9) < machines.length ? [{unit: name, machine: `m${places[at]}`, since: at}] : [],
      ),
      stopping: [],
      frozen: new Set<string>(),
      gone: new Set<string>(),
      recentlyLost: new Set<string>(),
    }
  })

const everySnapshot = fc.oneof(anySnapshot, packed)
const options = {near: 5}

describe('why', () => {
  test('never says that a unit fits where it is refused, nor that it does not where it is placed', () => {
    fc.assert(
      fc.property(everySnapshot, snapshot => {
        const explain = explainer(snapshot)
        for (const decision of schedule(snapshot)) {
          const {verdict, prospects, machines} = explain(decision.unit, options)
          if (decision.kind === 'refuse') {
            expect(['refused', 'waits']).toContain(verdict)
            const fitting = prospects.filter(({objections}) => objections.length === 0)
            // Who waits keeps the room that is made; any other has nowhere to go.
            if (verdict === 'refused') expect(fitting).toEqual([])
          }
          if (decision.kind === 'place') {
            expect(machines).toContain(decision.machine)
            expect(prospects.find(({machine}) => machine === decision.machine)?.stands).toBe(true)
            expect(verdict).toBe('fits')
          }
        }
      }),
      runs,
    )
  })

  test('has an objection exactly where the scheduler has one', () => {
    fc.assert(
      fc.property(everySnapshot, snapshot => {
        const {rooms} = scheduleAndShow(snapshot)
        for (const {unit} of snapshot.units)
          for (const room of rooms) expect(obstaclesTo(unit, room).length > 0).toBe(objectionToPlace(unit, room) !== undefined)
      }),
      runs,
    )
  })

  test('leaves everything as it was: asked again, it says the same', () => {
    fc.assert(
      fc.property(everySnapshot, snapshot => {
        const explain = explainer(snapshot)
        // Of two who hold one port either may be told.
        const all = () =>
          snapshot.units.map(({unit}) =>
            JSON.stringify(explain(unit.name, options)).replaceAll(/("port":"\d+","other":)"[^"]*"/g, '$1'),
          )
        const first = all()
        expect(all()).toEqual(first)
      }),
      runs,
    )
  })

  test('names ways that are ways: without those who leave there is a place', () => {
    fc.assert(
      fc.property(packed, snapshot => {
        const explain = explainer(snapshot)
        const settled = placementsAfter(snapshot)
        for (const {unit} of snapshot.units) {
          for (const {machine, way, objections} of explain(unit.name, options).prospects) {
            const others = objections.every(({kind}) => kind === 'short' || kind === 'port' || kind === 'conflict')
            if (way === undefined || way.length === 0 || !others) continue
            const gone = new Set([unit.name, ...way.map(each => each.unit)])
            const stays = settled.filter(each => each.machine === machine && !gone.has(each.unit))
            const names = new Set([unit.name, ...stays.map(each => each.unit)])
            const without: Snapshot = {
              ...snapshot,
              machines: snapshot.machines.filter(({id}) => id === machine),
              units: snapshot.units.filter(each => names.has(each.unit.name)),
              placements: stays,
            }
            expect(explainer(without)(unit.name, options).verdict).toBe('fits')
          }
        }
      }),
      runs,
    )
  })
})

function placementsAfter(snapshot: Snapshot): Snapshot['placements'] {
  const {rooms} = scheduleAndShow(snapshot)
  return rooms.flatMap(({machine, units, expected}) =>
    [...units.keys()].flatMap((unit, since) => (expected.has(unit) ? [] : [{unit, machine: machine.id, since}])),
  )
}
