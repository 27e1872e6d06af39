import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Decision} from '../../src/lib/scheduler/decision.ts'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import {anySnapshot, freshSnapshot} from '../fakes/arbitrary-snapshot.ts'
import {PlacementRules} from '../fakes/placement-rules.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {follow, settle, unitWith} from '../fakes/snapshot.ts'

const runs = propertyRuns(400)

function holds(snapshots: fc.Arbitrary<Snapshot>, check: (snapshot: Snapshot) => void): void {
  fc.assert(
    fc.property(snapshots, snapshot => check(snapshot)),
    runs,
  )
}

type Move = Exclude<Decision, {kind: 'refuse'}>

function moves(decisions: readonly Decision[]): readonly Move[] {
  return decisions.filter(decision => decision.kind !== 'refuse')
}

describe('every placement made', () => {
  test('is on a machine that takes the unit: metadata, id, driver, not cordoned, not leaving', () =>
    holds(anySnapshot, snapshot => {
      const rules = new PlacementRules(snapshot)
      for (const {kind, unit, machine} of moves(schedule(snapshot))) {
        if (kind !== 'place') continue
        const found = snapshot.units.find(each => each.unit.name === unit)
        const on = snapshot.machines.find(each => each.id === machine)
        expect(found !== undefined && on !== undefined && !found.finished && rules.suits(found.unit, on)).toBe(true)
      }
    }))

  test('is apart from all that conflicts with it either way, also from what still has to stop there', () =>
    holds(anySnapshot, snapshot => {
      const decisions = moves(schedule(snapshot))
      const rules = new PlacementRules(follow(snapshot, decisions))
      const leaving = [
        ...decisions.filter(({kind}) => kind === 'evict'),
        ...snapshot.stopping.map(each => ({...each, unit: each.name})),
      ]
      for (const {kind, unit, machine} of decisions) {
        if (kind !== 'place') continue
        const there = [...rules.on(machine), ...leaving.filter(each => each.machine === machine).map(each => each.unit)]
        expect(there.filter(other => rules.apart(unit, other))).toEqual([])
      }
    }))

  test('is beside all that it must be beside', () =>
    holds(anySnapshot, snapshot => {
      const decisions = moves(schedule(snapshot))
      const rules = new PlacementRules(follow(snapshot, decisions))
      for (const {kind, unit, machine} of decisions) {
        if (kind !== 'place') continue
        const peers = snapshot.units.find(each => each.unit.name === unit)?.unit.placement.machineOf ?? []
        expect(rules.on(machine)).toEqual(expect.arrayContaining([...peers]))
      }
    }))

  test('is the only one of its unit, unless it is global', () =>
    holds(anySnapshot, snapshot => {
      const {placements} = follow(snapshot, schedule(snapshot))
      for (const {unit} of snapshot.units) {
        if (unit.placement.global || snapshot.frozen.has(unit.name)) continue
        expect(placements.filter(placement => placement.unit === unit.name).length).toBeLessThanOrEqual(1)
      }
    }))
})

describe('a cluster', () => {
  test('comes to rest, where all that is wanted is well placed or every machine objects', () =>
    holds(anySnapshot, snapshot => {
      expect(new PlacementRules(settle(snapshot).snapshot).unrest()).toEqual([])
    }))

  test('comes to rest at the first look when nothing has to be stopped', () =>
    holds(freshSnapshot, snapshot => {
      const decisions = schedule(snapshot)
      expect(decisions.filter(({kind}) => kind === 'evict')).toEqual([])
      expect(moves(schedule(follow(snapshot, decisions)))).toEqual([])
    }))

  test('is told of every unit that has no place, with one objection a machine, or whom it waits for', () =>
    holds(anySnapshot, snapshot => {
      const decisions = schedule(snapshot)
      const {placements} = follow(snapshot, decisions)
      const placed = new Set(placements.map(({unit}) => unit))
      const homeless = snapshot.units
        .filter(({unit, finished}) => !finished && !snapshot.frozen.has(unit.name) && !placed.has(unit.name))
        .map(({unit}) => unit.name)
      const refused = decisions.filter(decision => decision.kind === 'refuse')
      expect(refused.map(({unit}) => unit).sort()).toEqual(homeless.sort())
      for (const {objections, promised} of refused) {
        if (promised === undefined) expect(objections).toHaveLength(snapshot.machines.length)
        else expect(objections).toEqual([{kind: 'awaited', others: expect.anything()}])
      }
    }))

  test('is decided alike whatever the order of its lists', () =>
    fc.assert(
      fc.property(
        anySnapshot.chain(snapshot =>
          fc.record({
            snapshot: fc.constant(snapshot),
            shuffled: fc.record({
              machines: shuffled(snapshot.machines),
              units: shuffled(snapshot.units),
              placements: shuffled(snapshot.placements),
              stopping: shuffled(snapshot.stopping),
              frozen: shuffled([...snapshot.frozen]).map(names => new Set(names)),
              gone: shuffled([...snapshot.gone]).map(ids => new Set(ids)),
              recentlyLost: shuffled([...snapshot.recentlyLost]).map(ids => new Set(ids)),
            }),
          }),
        ),
        ({snapshot, shuffled}) => {
          expect(schedule(shuffled)).toEqual(schedule(snapshot))
        },
      ),
      runs,
    ))

  test('leaves frozen units where they are', () =>
    holds(anySnapshot, snapshot => {
      expect(schedule(snapshot).filter(({unit}) => snapshot.frozen.has(unit))).toEqual([])
    }))

  test('leaves finished units where they are and places none', () =>
    holds(anySnapshot, snapshot => {
      const finished = new Set(snapshot.units.filter(unit => unit.finished).map(({unit}) => unit.name))
      const present = new Set(snapshot.machines.map(({id}) => id))
      const touched = moves(schedule(snapshot)).filter(({unit}) => finished.has(unit) && !snapshot.frozen.has(unit))
      for (const {kind, unit, machine} of touched) {
        const seats = snapshot.placements.filter(placement => placement.unit === unit)
        expect({kind, allowed: !present.has(machine) || seats.length > 1}).toEqual({kind: 'evict', allowed: true})
      }
    }))
})

describe('at rest', () => {
  test('an unrelated unit that comes moves nobody', () =>
    holds(anySnapshot, snapshot => {
      const {snapshot: rest} = settle(snapshot)
      const says = ({unit}: Snapshot['units'][number]) => [...unit.placement.conflicts, ...unit.placement.replaces]
      fc.pre(!rest.units.some(unit => says(unit).includes('*')))
      const decisions = moves(schedule({...rest, units: [...rest.units, {unit: unitWith('unrelated'), finished: false}]}))
      expect(decisions.filter(({kind, unit}) => kind === 'evict' || unit !== 'unrelated.service')).toEqual([])
      expect(decisions.length).toBeLessThanOrEqual(1)
    }))

  test('a machine that comes moves nobody', () =>
    holds(anySnapshot, snapshot => {
      const {snapshot: rest} = settle(snapshot)
      const machine = {id: 'm9', label: 'm9', metadata: {role: 'web'}, drivers: ['docker'], cordoned: false, leaving: false}
      const decisions = moves(schedule({...rest, machines: [...rest.machines, machine]}))
      // More machines may end a hold, and what was held back then is moved.
      const lost = rest.placements.some(placement => !rest.machines.some(({id}) => id === placement.machine))
      fc.pre(!lost)
      expect(decisions.filter(({kind, machine}) => kind === 'evict' || machine !== 'm9')).toEqual([])
    }))

  test('a unit that goes makes nobody leave but those who stood beside it', () =>
    holds(anySnapshot, snapshot => {
      const {snapshot: rest} = settle(snapshot)
      const [gone, ...others] = rest.units
      fc.pre(gone !== undefined && !others.some(({unit}) => unit.placement.machineOf.length + unit.placement.replaces.length > 0))
      const evicted = moves(schedule({...rest, units: others})).filter(({kind}) => kind === 'evict')
      expect(evicted.filter(({unit}) => unit !== gone?.unit.name)).toEqual([])
    }))
})

function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], {minLength: list.length})
}
