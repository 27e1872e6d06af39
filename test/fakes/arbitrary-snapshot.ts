import * as fc from 'fast-check'
import type {
  Snapshot,
  SnapshotMachine,
  SnapshotPlacement,
  SnapshotStopping,
  SnapshotUnit,
} from '../../src/lib/scheduler/snapshot.ts'
import type {Placement, Unit} from '../../src/lib/unit/unit.ts'
import {unitWith} from './snapshot.ts'

/** Few names, machines and roles, so that everything gets in everything's way. */
const names = ['a', 'b', 'c', 'd', 'web@1', 'web@2', 'web@3'].map(name => `${name}.service`)
const ids = ['m1', 'm2', 'm3', 'm4']
const lostIds = ['l1', 'l2', 'l3']
const globs = [...names, 'web@*.service', '[ab].service', '*']

const name = fc.constantFrom(...names)
const role = fc.constantFrom('web', 'db')
const rarely = fc.integer({min: 0, max: 9}).map(number => number === 0)

/** Any wishes at all, also such as the unit language refuses side by side; a global has no peers and replaces nobody. */
const placement: fc.Arbitrary<Placement> = fc
  .record({
    machineId: fc.option(fc.constantFrom(...ids), {freq: 8}),
    machineOf: few(name),
    metadata: fc.option(fc.record({role: fc.uniqueArray(role, {minLength: 1})}), {freq: 3, nil: {}}),
    conflicts: few(fc.constantFrom(...globs)),
    replaces: few(fc.constantFrom(...globs)),
    global: rarely,
  })
  .map(({machineId, machineOf, replaces, ...rest}) => ({
    ...rest,
    ...(machineId === null ? {} : {machineId}),
    machineOf: rest.global ? [] : machineOf,
    replaces: rest.global ? [] : replaces,
    onDisconnect: 'keep',
  }))

function few<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    {weight: 3, arbitrary: fc.constant<T[]>([])},
    {weight: 2, arbitrary: fc.uniqueArray(item, {minLength: 1, maxLength: 2})},
  )
}

const unit: fc.Arbitrary<Unit> = fc
  .record({name, placement, systemd: rarely})
  .map(({name, placement, systemd}) => ({...unitWith(name, [], systemd ? 'systemd' : 'docker'), placement}))

const wanted: fc.Arbitrary<SnapshotUnit> = fc
  .record({unit, finished: rarely})
  .map(({unit, finished}) => ({unit, finished: finished && !unit.placement.global}))

const machine: fc.Arbitrary<SnapshotMachine> = fc
  .record({
    id: fc.constantFrom(...ids),
    role: fc.option(role),
    cordoned: rarely,
    leaving: rarely,
    unreadable: rarely,
    systemd: rarely,
  })
  .map(({id, role, cordoned, leaving, unreadable, systemd}) => ({
    ...{id, label: id, leaving, cordoned},
    metadata: role === null ? {} : {role},
    drivers: systemd ? ['docker', 'systemd'] : ['docker'],
    ...(unreadable ? {unreadable} : {}),
  }))

const standing: fc.Arbitrary<SnapshotPlacement> = fc.record({
  unit: name,
  machine: fc.constantFrom(...ids, ...lostIds),
  since: fc.integer({min: 1, max: 9}),
})

const stopping: fc.Arbitrary<SnapshotStopping> = fc
  .record({unit: fc.option(unit), name, machine: fc.constantFrom(...ids)})
  .map(({unit, name, machine}) => (unit === null ? {name, machine} : {name: unit.name, machine, unit}))

/** Any cluster, also in states that no engine leaves behind. */
export const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    machines: fc.uniqueArray(machine, {selector: ({id}) => id}),
    units: fc.uniqueArray(wanted, {selector: ({unit}) => unit.name}),
    placements: fc.uniqueArray(standing, {selector: ({unit, machine}) => `${machine}/${unit}`, maxLength: 8}),
    stopping: fc.uniqueArray(stopping, {selector: ({name, machine}) => `${machine}/${name}`, maxLength: 2}),
    frozen: few(name),
    recentlyLost: few(fc.constantFrom(...lostIds)),
    gone: few(fc.constantFrom(...lostIds)),
  })
  .map(({stopping, frozen, gone, recentlyLost, ...rest}) => {
    const placed = new Set(rest.placements.map(({unit, machine}) => `${machine}/${unit}`))
    const wanted = new Map(rest.units.map(({unit}) => [unit.name, unit]))
    const leftovers = stopping
      .filter(({name, machine}) => !placed.has(`${machine}/${name}`))
      .map(leftover => ({...leftover, ...known(wanted.get(leftover.name))}))
    return {...rest, stopping: leftovers, frozen: new Set(frozen), gone: new Set(gone), recentlyLost: new Set(recentlyLost)}
  })

function known(unit: Unit | undefined): {unit?: Unit} {
  return unit === undefined ? {} : {unit}
}

/** A cluster in which nothing stands yet and all is well: what matters is what units have with each other. */
export const freshSnapshot: fc.Arbitrary<Snapshot> = anySnapshot.map(snapshot => ({
  ...snapshot,
  placements: [],
  stopping: [],
  frozen: new Set(),
}))
