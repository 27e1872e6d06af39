import {describe, expect, test} from 'vitest'
import {machineRows} from '../../src/lib/cluster/machine-rows.ts'
import {targetOf, unitRows} from '../../src/lib/cluster/rows.ts'
import {describeFiles, unitFileRows} from '../../src/lib/cluster/unit-file-rows.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {unitText} from '../fakes/situation.ts'
import {
  assignmentEntry,
  entryOf,
  machineEntry,
  machineSettingsEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
  viewOf,
} from '../fakes/stored-cluster.ts'

const name = 'a.service'
const m1 = machineEntry('m1')
const nameless = machineEntry('0123456789abcdef', {name: undefined, address: '10.0.0.9'})

describe('a row of list-units', () => {
  const rows = (...entries: readonly Entry[]) =>
    unitRows(viewOf(...entries)).map(({unit, target, active, sub, reason}) => `${unit} ${target} ${active}/${sub} (${reason})`)

  test.each<[name: string, entries: readonly Entry[], rows: readonly string[]]>([
    ['a unit that is inactive has none', [recordEntry(name, {desiredState: 'inactive'}), m1], []],
    ['it has no place', [recordEntry(name)], ['a.service null inactive/unplaced (null)']],
    ['it is refused', [recordEntry(name), refusalEntry(name, 'so')], ['a.service null inactive/unplaced (so)']],
    ['it has a place', [recordEntry(name), m1, assignmentEntry(name)], ['a.service one/10.0.0.1 inactive/dead (least loaded)']],
    [
      'it runs',
      [recordEntry(name), m1, assignmentEntry(name), stateEntry(name, 'active/running', {reason: 'so'})],
      ['a.service one/10.0.0.1 active/running (so)'],
    ],
    [
      'its machine is lost',
      [recordEntry(name), assignmentEntry(name), stateEntry(name, 'active/running')],
      ['a.service m1 lost/lost (least loaded)'],
    ],
    [
      'it has moved away from a machine that is lost',
      [recordEntry(name), m1, assignmentEntry(name), stateEntry(name, 'active/running', {machine: 'm2'})],
      ['a.service one/10.0.0.1 inactive/dead (least loaded)'],
    ],
    [
      'it was done before its machine was lost',
      [recordEntry(name), stateEntry(name, 'inactive/dead', {done: true})],
      ['a.service m1 inactive/dead (null)'],
    ],
    [
      'its machine’s record cannot be read',
      [recordEntry(name), entryOf('machines/m1', '{'), stateEntry(name, 'active/running')],
      ['a.service m1 active/running (null)'],
    ],
    [
      'it is on its way out',
      [recordEntry(name, {desiredState: 'inactive'}), m1, stateEntry(name, 'deactivating/stop-sigterm')],
      ['a.service one/10.0.0.1 deactivating/stop-sigterm (null)'],
    ],
    [
      'its machine has no name',
      [recordEntry(name), nameless, assignmentEntry(name, '0123456789abcdef')],
      ['a.service 01234567.../10.0.0.9 inactive/dead (least loaded)'],
    ],
    [
      'by unit, as people count, then by machine',
      [
        m1,
        machineEntry('m2', {name: 'two'}),
        ...['web@10.service', 'web@2.service'].map(unit => recordEntry(unit)),
        assignmentEntry('web@2.service', 'm2'),
        assignmentEntry('web@2.service'),
      ],
      [
        'web@2.service one/10.0.0.1 inactive/dead (least loaded)',
        'web@2.service two/10.0.0.1 inactive/dead (least loaded)',
        'web@10.service null inactive/unplaced (null)',
      ],
    ],
  ])('%s', (_, entries, expected) => {
    expect(rows(...entries)).toEqual(expected)
  })

  test.each<[name: string, entries: readonly Entry[], rows: readonly string[]]>([
    ['assigned and running', [recordEntry(name), assignmentEntry(name), stateEntry(name, 'active/running')], ['lost/lost']],
    ['assigned and never heard of', [recordEntry(name), assignmentEntry(name)], ['lost/lost']],
    ['assigned and failed', [recordEntry(name), assignmentEntry(name), stateEntry(name, 'failed/failed')], ['lost/lost']],
    [
      'only loaded',
      [
        recordEntry(name, {desiredState: 'loaded'}),
        assignmentEntry(name, 'm1', {desiredState: 'loaded'}),
        stateEntry(name, 'inactive/dead'),
      ],
      ['lost/lost'],
    ],
    ['destroyed, and still assigned', [assignmentEntry(name), stateEntry(name, 'active/running')], ['lost/lost']],
    ['destroyed', [stateEntry(name, 'active/running')], []],
    ['destroyed after it was done', [stateEntry(name, 'inactive/dead', {done: true})], []],
    [
      'done for what is asked',
      [recordEntry(name), assignmentEntry(name), stateEntry(name, 'inactive/dead', {done: true})],
      ['inactive/dead'],
    ],
    [
      'done once, and started anew there since',
      [
        recordEntry(name, {generation: 2}),
        assignmentEntry(name, 'm1', {generation: 2}),
        stateEntry(name, 'inactive/dead', {done: true}),
      ],
      ['lost/lost'],
    ],
    [
      'done there once, and elsewhere now',
      [
        recordEntry(name, {generation: 2}),
        machineEntry('m2'),
        assignmentEntry(name, 'm2', {generation: 2}),
        stateEntry(name, 'inactive/dead', {done: true}),
      ],
      ['inactive/dead'],
    ],
    [
      'on one lost machine of two',
      [recordEntry(name), machineEntry('m2'), assignmentEntry(name), assignmentEntry(name, 'm2')],
      ['lost/lost', 'inactive/dead'],
    ],
    [
      'with nothing but settings left of its machine',
      [recordEntry(name), machineSettingsEntry('m1', {gone: true}), assignmentEntry(name)],
      ['lost/lost'],
    ],
  ])('a lost machine’s unit: %s', (_, entries, expected) => {
    expect(unitRows(viewOf(...entries)).map(({active, sub}) => `${active}/${sub}`)).toEqual(expected)
  })

  test('of a unit that is lost nothing is told that nobody can know', () => {
    const state = stateEntry(name, 'active/running', {health: 'healthy', container: 'c1', restarts: 2})
    expect(unitRows(viewOf(recordEntry(name), assignmentEntry(name), state))).toMatchObject([
      {address: null, health: null, since: null, container: 'c1', restarts: 2},
    ])
  })

  test('a machine that is registered again is not lost', () => {
    const view = viewOf(recordEntry(name), m1, assignmentEntry(name), stateEntry(name, 'active/running'))
    view.remove('machines/m1')
    expect(unitRows(view)).toMatchObject([{active: 'lost'}])
    view.put(m1)
    expect(unitRows(view)).toMatchObject([{active: 'active', sub: 'running'}])
  })

  test('the whole of one that runs', () => {
    const parts = {container: 'c1', health: 'healthy', restarts: 2, reason: 'so', exitCode: 3} as const
    const [row] = unitRows(viewOf(recordEntry(name), m1, assignmentEntry(name), stateEntry(name, 'active/running', parts)))
    expect(row).toEqual({
      ...parts,
      unit: name,
      machine: 'm1',
      target: 'one/10.0.0.1',
      address: '10.0.0.1',
      desiredState: 'launched',
      load: 'loaded',
      active: 'active',
      sub: 'running',
      file: fileHash('a file'),
      generation: 1,
      since: 1_000,
    })
  })
})

describe('a row of list-unit-files', () => {
  const text = unitText('', {more: '[X-Fleet]\nGlobal=true\n[Unit]\nDescription=Everywhere %i'})
  const file = fileHash(text)
  const rows = (...entries: readonly Entry[]) => {
    const view = viewOf(...entries)
    return unitFileRows(view, describeFiles(view))
  }

  test.each<[name: string, entries: readonly Entry[], row: object]>([
    ['inactive', [recordEntry(name, {desiredState: 'inactive'})], {desiredState: 'inactive', state: 'inactive', target: null}],
    ['without a place', [recordEntry(name)], {desiredState: 'launched', state: 'inactive', target: null, targetMachine: null}],
    [
      'with a place, not heard of there',
      [recordEntry(name), m1, assignmentEntry(name)],
      {state: 'inactive', target: 'one/10.0.0.1', targetMachine: 'm1'},
    ],
    ['launched', [recordEntry(name), m1, assignmentEntry(name), stateEntry(name, 'active/running')], {state: 'launched'}],
    [
      'loaded',
      [recordEntry(name), m1, assignmentEntry(name, 'm1', {desiredState: 'loaded'}), stateEntry(name, 'inactive/dead')],
      {state: 'loaded'},
    ],
    [
      'its machine is lost',
      [recordEntry(name), assignmentEntry(name), stateEntry(name, 'active/running')],
      {desiredState: 'launched', state: 'lost', target: 'm1', targetMachine: 'm1'},
    ],
    [
      'assigned to a lost machine, not heard of there',
      [recordEntry(name), assignmentEntry(name)],
      {state: 'lost', targetMachine: 'm1'},
    ],
    [
      'on a lost machine and on another',
      [
        recordEntry(name),
        machineEntry('m2'),
        assignmentEntry(name),
        assignmentEntry(name, 'm2'),
        stateEntry(name, 'active/running', {machine: 'm2'}),
      ],
      {state: 'launched', targetMachine: 'm2'},
    ],
    [
      'done before its machine was lost',
      [recordEntry(name), assignmentEntry(name), stateEntry(name, 'inactive/dead', {done: true})],
      {state: 'launched', targetMachine: 'm1'},
    ],
    ['its file is missing', [recordEntry(name)], {global: false, description: null}],
  ])('%s', (_, entries, row) => {
    expect(rows(...entries)).toMatchObject([{unit: name, ...row}])
  })

  test('of a global unit', () => {
    const entries = [recordEntry('a@1.service', {file}), entryOf(`files/${file}`, text), m1, assignmentEntry('a@1.service')]
    expect(rows(...entries)).toEqual([
      {
        unit: 'a@1.service',
        file,
        desiredState: 'launched',
        state: null,
        target: 'global',
        targetMachine: null,
        global: true,
        description: 'Everywhere 1',
      },
    ])
  })
})

test('the rows of list-machines', () => {
  const view = viewOf(
    machineEntry('m10', {name: undefined, leaving: true}),
    machineEntry('m2', {metadata: {role: 'web'}}),
    machineEntry('m3'),
    machineSettingsEntry('m2', {metadata: {zone: '1'}}),
    machineSettingsEntry('m3', {cordoned: true}),
    machineSettingsEntry('m9', {cordoned: true}),
    assignmentEntry('a.service', 'm2'),
    assignmentEntry('b.service', 'm2'),
  )
  expect(machineRows(view).map(({machine, name, units, status}) => ({machine, name, units, status}))).toEqual([
    {machine: 'm2', name: 'one', units: 2, status: 'ready'},
    {machine: 'm3', name: 'one', units: 0, status: 'cordoned'},
    {machine: 'm10', name: null, units: 0, status: 'leaving'},
  ])
  expect(machineRows(view)[0]).toMatchObject({
    metadata: {role: 'web', zone: '1'},
    cpus: 2,
    memoryBytes: 2 ** 30,
    drivers: ['docker'],
  })
})

test.each([
  ['m1', 'one/10.0.0.1'],
  ['0123456789abcdef', '01234567.../10.0.0.9'],
  ['fedcba9876543210', 'fedcba98...'],
])('the target %s reads %s', (machine, target) => {
  expect(targetOf(viewOf(m1, nameless), machine)).toBe(target)
})
