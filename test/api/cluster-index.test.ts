import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {ClusterIndex} from '../../src/lib/api/cluster-index.ts'
import {Picture} from '../../src/lib/api/fleet/picture.ts'
import {machineJson, stateJson, unitJson} from '../../src/lib/api/fleet/show.ts'
import {compareBytes, SortedNames} from '../../src/lib/api/sorted-names.ts'
import {UnitMemo} from '../../src/lib/api/unit-memo.ts'
import {ClusterRows} from '../../src/lib/api/v1/lists/cluster-rows.ts'
import {UnitFacts} from '../../src/lib/api/v1/lists/unit-facts.ts'
import {compareNatural} from '../../src/lib/base/natural-order.ts'
import {machineRows} from '../../src/lib/cluster/machine-rows.ts'
import {unitRows} from '../../src/lib/cluster/rows.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {ChangeEvent, Entry} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {
  assignmentEntry,
  entryOf,
  machineEntry,
  machineSettingsEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
} from '../fakes/stored-cluster.ts'

const texts = ['[Service]\nExecStart=/bin/a\n', '[Service]\nExecStart=/bin/b\n[X-Fleet]\nGlobal=true\n']
const unit = fc.constantFrom('a@2.service', 'a@10.service', 'B.service', 'c.service')
const machine = fc.constantFrom('m1', 'm2', 'm10')
const desired = fc.constantFrom('inactive' as const, 'loaded' as const, 'launched' as const)
const file = fc.constantFrom(...texts.map(fileHash))

const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.constantFrom(...texts).map(text => entryOf(keys.file(fileHash(text)), text)),
  fc
    .tuple(unit, desired, file, fc.nat(3))
    .map(([name, desiredState, hash, generation]) => recordEntry(name, {desiredState, file: hash, generation})),
  unit.map(name => entryOf(keys.unit(name), 'unreadable')),
  fc
    .tuple(unit, machine, fc.constantFrom('loaded' as const, 'launched' as const))
    .map(([name, id, desiredState]) => assignmentEntry(name, id, {desiredState})),
  fc
    .tuple(unit, machine, fc.constantFrom('active/running', 'inactive/dead', 'failed/failed'), fc.boolean())
    .map(([name, id, words, done]) => stateEntry(name, words, {machine: id, done})),
  fc.tuple(machine, fc.constantFrom('10.0.0.1', '10.0.0.2')).map(([id, address]) => machineEntry(id, {address})),
  machine.map(id => entryOf(keys.machine(id), 'unreadable')),
  fc.tuple(machine, fc.boolean()).map(([id, cordoned]) => machineSettingsEntry(id, {cordoned})),
  unit.map(name => refusalEntry(name, 'no machine fits')),
)
const event: fc.Arbitrary<ChangeEvent> = fc.oneof(
  {weight: 2, arbitrary: entry.map(put => ({kind: 'put' as const, entry: put}))},
  {weight: 1, arbitrary: entry.map(({key}) => ({kind: 'delete' as const, key}))},
)

/** All that the two APIs list. */
function shown(picture: Picture, rows: ClusterRows) {
  return {
    units: [...picture.unitsFrom(undefined)].map(parts => unitJson(picture, parts)),
    fleetStates: [...picture.statesFrom(undefined)].map(state => stateJson(picture, state)),
    onOne: picture.statesOn('m2'),
    machines: [...picture.machinesFrom(undefined)].map(each => machineJson(picture, each)),
    items: [...rows.units(undefined)].map(({text}) => text),
    states: [...rows.states(undefined)].map(({row}) => row),
    machineRows: [...rows.machines(undefined)].map(({row}) => row),
  }
}

test('what is kept from change to change is what is made anew, whatever changes', () => {
  fc.assert(
    fc.property(fc.array(fc.array(event, {minLength: 1, maxLength: 4}), {maxLength: 25}), changes => {
      const view = new ClusterView()
      const index = new ClusterIndex(view)
      const [picture, rows] = [new Picture(index), new ClusterRows(index, new UnitFacts())]
      for (const events of changes) {
        view.apply(events)
        index.apply(events)
        const anew = new ClusterIndex(view)
        const kept = shown(picture, rows)
        expect(kept).toEqual(shown(new Picture(anew), new ClusterRows(anew, new UnitFacts())))
        expect(kept.states).toEqual(unitRows(view))
        expect(kept.machineRows).toEqual(machineRows(view))
      }
    }),
    {numRuns: 300},
  )
})

describe('what is known of a unit', () => {
  const open = () => {
    const view = ClusterView.of([recordEntry('a.service'), recordEntry('b.service'), assignmentEntry('a.service', 'm1')])
    const index = new ClusterIndex(view)
    const change = (...entries: readonly Entry[]) => {
      const events = entries.map(put => ({kind: 'put' as const, entry: put}))
      view.apply(events)
      index.apply(events)
    }
    return {index, change}
  }
  test.each([
    ['its record', recordEntry('a.service', {generation: 2})],
    ['its assignment', assignmentEntry('a.service', 'm1', {desiredState: 'loaded'})],
    ['its state', stateEntry('a.service', 'active/running')],
    ['its refusal', refusalEntry('a.service', 'no machine fits')],
    ['its machine', machineEntry('m1')],
    ['its file', entryOf(keys.file(fileHash('a file')), 'a file')],
  ])('is another after a change of %s, and the same for a unit that it is not about', (what, entry) => {
    const {index, change} = open()
    const [a, b] = [index.unit('a.service'), index.unit('b.service')]
    change(entry)
    expect(index.unit('a.service')).not.toBe(a)
    if (what !== 'its file') expect(index.unit('b.service')).toBe(b)
  })

  test('is the same as long as nothing is about it', () => {
    const {index, change} = open()
    const parts = index.unit('a.service')
    change(machineEntry('m2'), machineSettingsEntry('m1', {cordoned: true}), assignmentEntry('b.service', 'm1'))
    expect(index.unit('a.service')).toBe(parts)
  })
})

test('a memo keeps what was made as long as the unit is what it was, and so much at most', () => {
  const index = new ClusterIndex(ClusterView.of([recordEntry('a.service')]))
  const memo = new UnitMemo<object>()
  const made = memo.of(index.unit('a.service'), () => ({}))
  expect(memo.of(index.unit('a.service'), () => ({}))).toBe(made)
  index.apply([{kind: 'put', entry: recordEntry('a.service')}])
  expect(memo.of(index.unit('a.service'), () => ({}))).not.toBe(made)
  const again = memo.of(index.unit('a.service'), () => ({}))
  for (let at = 0; at < 20_000; at++) memo.of({name: `u${at}`, record: undefined, text: undefined, machines: []}, () => ({}))
  expect(memo.of(index.unit('a.service'), () => ({}))).not.toBe(again)
})

test.each([
  ['bytes', compareBytes],
  ['as people count', compareNatural],
])('names are in order of %s, whatever comes and goes', (_, order) => {
  const name = fc.stringMatching(/^[aB]@?\d{0,3}$/)
  fc.assert(
    fc.property(fc.array(name), fc.array(fc.tuple(fc.boolean(), name)), name, (first, changes, from) => {
      const model = new Set(first)
      const names = new SortedNames(model, order)
      for (const [comes, each] of changes) {
        comes ? model.add(each) : model.delete(each)
        comes ? names.add(each) : names.delete(each)
      }
      const sorted = [...model].sort(order)
      expect(names.all).toEqual(sorted)
      expect([...names.from(from)]).toEqual(sorted.filter(each => order(each, from) >= 0))
    }),
  )
})
