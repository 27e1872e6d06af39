import {describe, expect, test} from 'vitest'
import type {ListFlags} from '../../src/lib/cli/list/listing.ts'
import {unitSource} from '../../src/lib/cli/list/unit-source.ts'
import {RowChanges} from '../../src/lib/cli/watch/changes.ts'
import {WatchedLines} from '../../src/lib/cli/watch/lines.ts'
import type {UnitRow} from '../../src/lib/cluster/rows.ts'
import {unitRow, unplacedRow} from './rows.ts'

const source = unitSource({args: [], flags: {watch: true}})
const watched = (flags: Partial<ListFlags> = {}) =>
  new WatchedLines(source, {output: 'table', full: false, legend: true, ...flags})
const moved: UnitRow = {...unitRow, machine: 'm2', target: 'two/10.0.0.2', address: '10.0.0.2'}
const placed: UnitRow = {...moved, unit: unplacedRow.unit}

test('the whole list at first, with its header', () => {
  expect(watched().next([unitRow, unplacedRow]).split('\n')).toEqual([
    'UNIT           MACHINE               ACTIVE    SUB',
    'web@1.service  aaaabbbb.../10.0.0.1  active    running',
    'web@2.service  -                     inactive  unplaced',
    '',
  ])
})

test.each<[name: string, before: readonly UnitRow[], after: readonly UnitRow[], lines: readonly string[]]>([
  ['nothing', [unitRow], [unitRow], []],
  ['a new row', [], [unitRow], ['web@1.service  aaaabbbb.../10.0.0.1  active  running']],
  [
    'a row that differs',
    [unitRow],
    [{...unitRow, active: 'failed', sub: 'failed'}],
    ['web@1.service  aaaabbbb.../10.0.0.1  failed  failed'],
  ],
  ['a row that differs in what is not shown', [unitRow], [{...unitRow, restarts: 3}], []],
  ['a row that is gone', [unitRow], [], ['web@1.service is gone from aaaabbbb.../10.0.0.1']],
  ['a unit without a place that is gone', [unplacedRow], [], ['web@2.service is gone']],
  ['a unit that finds a place', [unplacedRow], [placed], ['web@2.service  two/10.0.0.2  active  running']],
  [
    'a unit that moves',
    [unitRow],
    [moved],
    ['web@1.service is gone from aaaabbbb.../10.0.0.1', 'web@1.service  two/10.0.0.2  active  running'],
  ],
  [
    'only the row that differs',
    [unitRow, placed],
    [unitRow, {...placed, active: 'inactive', sub: 'dead'}],
    ['web@2.service  two/10.0.0.2          inactive  dead'],
  ],
])('then what has changed: %s', (_, before, after, lines) => {
  const watch = watched()
  watch.next(before)
  expect(watch.next(after)).toBe(lines.map(line => `${line}\n`).join(''))
})

test('as JSON an object on each line, from the first', () => {
  const watch = watched({output: 'json'})
  const told = (rows: readonly UnitRow[]) =>
    watch
      .next(rows)
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line))
  expect(told([unitRow])).toEqual([{event: 'set', ...unitRow}])
  expect(told([unitRow])).toEqual([])
  expect(told([{...unitRow, restarts: 1}])).toEqual([{event: 'set', ...unitRow, restarts: 1}])
  expect(told([])).toEqual([{event: 'gone', ...unitRow, restarts: 1}])
})

test('of names only those that are new', () => {
  const watch = watched({output: 'name'})
  expect(watch.next([unitRow])).toBe('web@1.service\n')
  expect(watch.next([{...unitRow, active: 'failed'}, unplacedRow])).toBe('web@2.service\n')
  expect(watch.next([unplacedRow])).toBe('')
})

test('an empty list has a header, once', () => {
  const watch = watched()
  expect(watch.next([])).toBe('UNIT  MACHINE  ACTIVE  SUB\n')
  expect(watch.next([])).toBe('')
})

describe('changes of rows', () => {
  test('those that are gone come first', () => {
    const changes = new RowChanges(source.id)
    expect(changes.next([unitRow]).map(({event}) => event)).toEqual(['set'])
    expect(changes.next([moved, unplacedRow])).toEqual([
      {event: 'gone', row: unitRow},
      {event: 'set', row: moved},
      {event: 'set', row: unplacedRow},
    ])
  })
})
