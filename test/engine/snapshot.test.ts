import {describe, expect, test} from 'vitest'
import {takeSnapshot} from '../../src/lib/engine/snapshot.ts'
import {UnitShelf} from '../../src/lib/engine/unit-shelf.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import {type StoredStory, textOf, viewOf} from '../fakes/engine-story.ts'
import {shortName} from '../fakes/snapshot.ts'
import {machineEntry, viewOf as storedView} from '../fakes/stored-cluster.ts'

function snapshot(story: StoredStory): Snapshot {
  return takeSnapshot(viewOf(story), new UnitShelf())
}

describe('a snapshot', () => {
  test.each<[what: string, story: StoredStory, wanted: readonly string[], frozen: readonly string[]]>([
    ['what is wanted', {units: ['x', 'y loaded', 'z inactive']}, ['x', 'y'], []],
    ['a file that is missing', {units: ['x lost-file']}, [], ['x']],
    ['a file that does not parse', {units: ['x: MachineMetadata=']}, ['x'], []],
    ['a placement that does not parse', {units: ['x: Nonsense=1']}, [], ['x']],
    ['a record that does not parse', {units: ['x'], raw: {'units/x.service': 'x'}}, [], ['x']],
    ['an assignment that does not parse', {units: ['x'], raw: {'assignments/a/x.service': 'x'}}, [], ['x']],
    ['an inactive unit without its file', {units: ['x inactive lost-file']}, [], []],
  ])('%s', (_, story, wanted, frozen) => {
    const {units, frozen: found} = snapshot(story)
    expect(units.map(({unit}) => shortName(unit.name))).toEqual(wanted)
    expect([...found].map(shortName)).toEqual(frozen)
  })

  test.each<[what: string, unit: string, state: string, finished: boolean]>([
    ['running', 'x', 'x on a', false],
    ['done', 'x', 'x on a done', true],
    ['done on a machine that is gone', 'x', 'x on gone done', true],
    ['done in an older generation', 'x gen=1', 'x on a done', false],
    ['done with another file', 'x image=v2', 'x on a done', false],
    ['done, but global', 'x: Global=true', 'x on a done', false],
  ])('a oneshot %s: finished %#', (_, unit, state, finished) => {
    expect(snapshot({machines: ['a'], units: [unit], states: [state]}).units).toMatchObject([{finished}])
  })

  test('machines with what the operator said of them', () => {
    const raw = {
      'settings/machines/a': '{"schema":1,"cordoned":true,"metadata":{"role":null,"zone":"2"}}',
      'settings/machines/never-seen': '{"schema":1,"cordoned":true,"gone":true}',
    }
    const {machines, gone} = snapshot({machines: ['a role=web disk=ssd', 'b leaving'], raw})
    const capacity = {cpus: 1, memoryBytes: 1e9, diskBytes: 0, devices: {}}
    expect(machines).toEqual([
      {id: 'a', label: 'a', metadata: {disk: 'ssd', zone: '2'}, drivers: ['docker'], capacity, cordoned: true, leaving: false},
      {id: 'b', label: 'b', metadata: {}, drivers: ['docker'], capacity, cordoned: false, leaving: true},
    ])
    expect([...gone]).toEqual(['never-seen'])
  })

  test('machines with what they have to give; a record of before has no disk and no devices', () => {
    const view = storedView(
      machineEntry('a', {capacity: {cpus: 2, memoryBytes: 3, diskBytes: 4, devices: {gpu: 1}}}),
      machineEntry('b', {capacity: {cpus: 2, memoryBytes: 3}}),
    )
    expect(takeSnapshot(view, new UnitShelf()).machines.map(({capacity}) => capacity)).toEqual([
      {cpus: 2, memoryBytes: 3, diskBytes: 4, devices: {gpu: 1}},
      {cpus: 2, memoryBytes: 3, diskBytes: 0, devices: {}},
    ])
  })

  test.each<[what: string, raw: Readonly<Record<string, string>>]>([
    ['its record', {'machines/a': '{'}],
    ['its settings', {'settings/machines/a': '{'}],
    ['both', {'machines/a': '{', 'settings/machines/a': '{'}],
  ])('a machine of which %s cannot be read is there once, and unreadable', (_, raw) => {
    expect(snapshot({machines: ['a role=web'], raw}).machines).toMatchObject([{id: 'a', unreadable: true}])
  })

  test('settings that cannot be read make no machine', () => {
    expect(snapshot({raw: {'settings/machines/a': '{'}}).machines).toEqual([])
  })

  test('a placement counts from when it was made', () => {
    expect(snapshot({machines: ['a', 'b'], placed: ['x on a', 'y on b']}).placements).toEqual([
      {unit: 'x.service', machine: 'a', since: 3},
      {unit: 'y.service', machine: 'b', since: 4},
    ])
  })

  test.each<[what: string, story: StoredStory, stopping: readonly string[]]>([
    ['reported and placed', {units: ['x'], placed: ['x on a'], states: ['x on a']}, []],
    ['reported and not placed', {units: ['x'], states: ['x on a']}, ['x known on a']],
    ['reported and placed elsewhere', {units: ['x'], placed: ['x on b'], states: ['x on a']}, ['x known on a']],
    ['reported and inactive', {units: ['x inactive'], states: ['x on a']}, ['x known on a']],
    ['reported and destroyed', {states: ['x on a']}, ['x on a']],
    ['reported from a machine that is gone', {units: ['x'], states: ['x on gone']}, []],
    ['reported in words that cannot be read', {units: ['x'], raw: {'states/a/x.service': '{'}}, ['x known on a']],
    [
      'reported in words that cannot be read, and placed',
      {units: ['x'], placed: ['x on a'], raw: {'states/a/x.service': '{'}},
      [],
    ],
  ])('%s: what is still stopping', (_, story, stopping) => {
    const found = snapshot({machines: ['a', 'b'], ...story}).stopping
    expect(found.map(({name, machine, unit}) => `${shortName(name)}${unit === undefined ? '' : ' known'} on ${machine}`)).toEqual(
      stopping,
    )
  })
})

describe('the shelf', () => {
  test('parses a file once, until it changes or the unit is forgotten', () => {
    const shelf = new UnitShelf()
    const first = shelf.unit('x.service', '1', textOf('v1'))
    expect(first?.name).toBe('x.service')
    expect(shelf.unit('x.service', '1', textOf('v1'))).toBe(first)
    expect(shelf.unit('x.service', '2', textOf('v2'))).not.toBe(first)
    const second = shelf.unit('x.service', '2', textOf('v2'))
    shelf.keepOnly(new Set(), new Set())
    expect(shelf.unit('x.service', '2', textOf('v2'))).not.toBe(second)
  })

  test('has no unit for a text that is missing or bad, and has it once the text comes', () => {
    const shelf = new UnitShelf()
    expect(shelf.unit('x.service', '1', undefined)).toBeUndefined()
    expect(shelf.unit('x.service', '1', textOf('v1'))).toBeDefined()
    expect(shelf.unit('x.service', '2', textOf('v1', ['Nonsense=1']))).toBeUndefined()
  })
})
