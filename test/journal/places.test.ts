import {describe, expect, test} from 'vitest'
import {describeMoves, standingOf} from '../../src/lib/journal/moves.ts'
import {PlaceNames} from '../../src/lib/journal/place-names.ts'
import {placesOf, whyNowhere} from '../../src/lib/journal/places.ts'
import {reportedLines} from '../../src/lib/journal/reported-lines.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {assignmentEntry, machineEntry, recordEntry, refusalEntry, stateEntry, viewOf} from '../fakes/stored-cluster.ts'

const unit = 'web.service'
const record = recordEntry(unit)
const one = machineEntry('m1', {name: 'one'})
const two = machineEntry('m2', {name: 'two'})

describe('where a unit is', () => {
  test.each<[name: string, entries: readonly Entry[], only: string | undefined, machines: readonly string[]]>([
    ['nowhere', [record, one], undefined, []],
    ['where it is assigned', [record, one, assignmentEntry(unit, 'm1')], undefined, ['m1']],
    [
      'also where it is about to end',
      [record, one, two, assignmentEntry(unit, 'm2'), stateEntry(unit, 'active/running')],
      undefined,
      ['m1', 'm2'],
    ],
    ['on one machine', [record, one, two, assignmentEntry(unit, 'm2'), assignmentEntry(unit, 'm1')], 'm2', ['m2']],
    ['on a lost machine', [record, assignmentEntry(unit, 'm1')], undefined, ['m1']],
  ])('%s', (_, entries, only, machines) => {
    expect(placesOf(viewOf(...entries), unit, only).map(({machine}) => machine)).toEqual(machines)
  })

  test.each<[name: string, entries: readonly Entry[], why: string]>([
    ['inactive', [recordEntry(unit, {desiredState: 'inactive'})], 'it is inactive'],
    ['refused', [record, refusalEntry(unit, 'no machine fits')], 'no machine fits'],
    ['refused before it was changed', [record, refusalEntry(unit, 'no machine fits', 3)], 'it has not been placed yet'],
  ])('nowhere, as it is %s', (_, entries, why) => {
    expect(whyNowhere(viewOf(...entries), unit)).toBe(why)
  })
})

describe('what is told of a unit that is followed', () => {
  const on = (machine: string) => assignmentEntry(unit, machine)
  test.each<[name: string, before: readonly Entry[], after: readonly Entry[], said: readonly string[]]>([
    ['nothing', [record, one, on('m1')], [record, one, on('m1')], []],
    ['a move', [record, one, two, on('m1')], [record, one, two, on('m2')], ['web.service moved from one to two']],
    ['a move from a lost machine', [record, one, two, on('m1')], [record, two, on('m2')], ['web.service moved from one to two']],
    ['a place', [record, one], [record, one, on('m1')], ['web.service is now on one']],
    [
      'no place',
      [record, one, on('m1')],
      [record, one],
      ['web.service has left one', 'web.service has no place: it has not been placed yet'],
    ],
    ['the end', [record, one, on('m1')], [one, on('m1')], ['web.service was destroyed']],
    ['nothing after the end', [one, on('m1')], [one], []],
    ['a lost machine', [record, one, on('m1')], [record, on('m1')], ['machine one is lost; web.service is waited for']],
    ['one more machine', [record, one, two, on('m1')], [record, one, two, on('m1'), on('m2')], ['web.service is now on two']],
  ])('%s', (_, before, after, said) => {
    const names = new PlaceNames(viewOf(...before))
    const view = viewOf(...after)
    const known = {of: (machine: string) => (view.machines.has(machine) ? new PlaceNames(view).of(machine) : names.of(machine))}
    const standings = {before: standingOf(viewOf(...before), unit), after: standingOf(view, unit)}
    expect(describeMoves(known, view, unit, standings)).toEqual(said)
  })
})

test('what an agent reported last has the time of its state', () => {
  const view = viewOf(stateEntry(unit, 'failed/failed', {log: ['one', 'two'], container: 'c'}))
  expect(reportedLines(view.state('m1', unit)).map(({text, nanoseconds}) => `${nanoseconds} ${text}`)).toEqual([
    '1000000000 one',
    '1000000000 two',
  ])
  expect(reportedLines(undefined)).toEqual([])
})
