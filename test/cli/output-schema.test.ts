import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {machineColumns, unitColumns, unitFileColumns} from '../../src/lib/cli/list/columns.ts'
import {type Page, statusJson} from '../../src/lib/cli/status/page.ts'
import {AmountShelf} from '../../src/lib/cluster/allocated.ts'
import {allocatedMachineRows} from '../../src/lib/cluster/machine-rows.ts'
import {unitRows} from '../../src/lib/cluster/rows.ts'
import {describeFiles, unitFileRows} from '../../src/lib/cluster/unit-file-rows.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
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

const documented = readFileSync(new URL('../../docs/output.md', import.meta.url), 'utf8')

/** Key → type, as a table below that heading has it: the first, unless another is asked for. */
function tableBelow(heading: string, index = 0): ReadonlyMap<string, string> {
  const section = documented.split(/^#{2,3} /m).find(part => part.startsWith(heading)) ?? ''
  const table = section.split('| key | type |')[index + 1]?.split('\n\n')[0] ?? ''
  return new Map(Array.from(table.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm), ([, key = '', type = '']) => [key, type] as const))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.every(each => typeof each === 'string') ? 'array of strings' : 'array'
  if (typeof value !== 'object') return typeof value
  const types = new Set(Object.values(value).map(each => typeof each))
  return types.has('object') ? 'object' : `object of ${types.has('number') ? 'numbers' : 'strings'}`
}

/** `string or null`: every type that a key has in some row. */
function typesIn(rows: readonly object[]): ReadonlyMap<string, string> {
  const types = new Map<string, Set<string>>()
  for (const row of rows)
    for (const [key, value] of Object.entries(row)) types.set(key, (types.get(key) ?? new Set()).add(typeOf(value)))
  return new Map(
    [...types].map(([key, seen]) => [key, [...seen].sort((a, b) => Number(a === 'null') - Number(b === 'null')).join(' or ')]),
  )
}

const text = '[Unit]\nDescription=Everywhere\n[X-Fleet]\nGlobal=true\n[Container]\nImage=x'
const global = fileHash(text)
const told = {container: 'c1', health: 'healthy', reason: 'so', exitCode: 3} as const

const capacity = {cpus: 1, memoryBytes: 2 ** 30, devices: {gpu: 1}}

/** A cluster in which every key of every row has each of its types. */
const entries: readonly Entry[] = [
  machineEntry('m1', {metadata: {role: 'web'}, capacity: {...capacity, diskBytes: 2 ** 30}}),
  machineEntry('m2', {name: undefined, drivers: [], capacity}),
  machineSettingsEntry('m2', {cordoned: true}),
  recordEntry('run.service'),
  recordEntry('waits.service'),
  recordEntry('lost.service'),
  recordEntry('refused.service'),
  recordEntry('idle.service', {desiredState: 'inactive'}),
  recordEntry('everywhere.service', {file: global}),
  entryOf(`files/${global}`, text),
  assignmentEntry('run.service'),
  assignmentEntry('waits.service', 'm2'),
  assignmentEntry('lost.service', 'm3'),
  assignmentEntry('everywhere.service'),
  refusalEntry('refused.service', 'no machine'),
  stateEntry('run.service', 'active/running', told),
  stateEntry('stopping.service', 'deactivating/stop-sigterm'),
]
const view = viewOf(...entries)

describe.each([
  {list: 'list-units', rows: unitRows(view)},
  {list: 'list-unit-files', rows: unitFileRows(view, describeFiles(view))},
  {list: 'list-machines', rows: allocatedMachineRows(view, new AmountShelf())},
])('ctl $list -o json', ({list, rows}) => {
  const table = tableBelow(`\`ctl ${list} -o json\``)
  const seen = typesIn(rows)

  test('has the keys that docs/output.md tells, and no others', () => {
    expect([...seen.keys()].sort()).toEqual([...table.keys()].sort())
  })

  test.each([...seen])('%s is %s', (key, type) => {
    expect(table.get(key)).toBe(type)
  })

  test('has in every row every key', () => {
    for (const row of rows) expect(Object.keys(row).sort()).toEqual([...table.keys()].sort())
  })
})

describe('ctl status -o json', () => {
  interface Shown {
    readonly places: readonly (object & {readonly recent: readonly object[]})[]
  }
  const done = {at: 1, step: 'start', reason: 'it is wanted'}
  const failed = {...done, failed: 'no such image'}
  const rows = unitRows(view)
  const page = (description: string | undefined, printed: Page['printed']): Page => ({
    printed,
    status: {
      record: {name: 'run.service', revision: 1, file: global, desiredState: 'launched', generation: 1},
      description,
      driver: description === undefined ? undefined : 'docker',
      places: rows.map(row => ({row, whyHere: description, recent: [done, failed], log: ['told']})),
    },
  })
  const pages = [
    page('Runs', new Map([['m1', {lines: ['printed']}]])),
    page(undefined, new Map([['m1', {trouble: 'its output could not be read'}]])),
  ]
  const shown: readonly Shown[] = JSON.parse(statusJson(pages))
  const places = shown.flatMap(each => each.places)
  const heading = '`ctl status -o json`'
  const ofPlaces = [...tableBelow('`ctl list-units -o json`')].filter(([key]) => key !== 'unit' && key !== 'desiredState')

  test.each([
    ['a unit', shown, tableBelow(heading)],
    ['a place', places, new Map([...ofPlaces, ...tableBelow(heading, 1)])],
    ['a decision', places.flatMap(({recent}) => recent), tableBelow(heading, 2)],
  ])('%s has the keys and types that docs/output.md tells, and no others', (_, values, table) => {
    expect(table.size).toBeGreaterThan(3)
    expect(new Map([...typesIn(values)].sort())).toEqual(new Map([...table].sort()))
    for (const value of values) expect(Object.keys(value).sort()).toEqual([...table.keys()].sort())
  })
})

test.each([
  ['list-units', unitColumns],
  ['list-unit-files', unitFileColumns],
  ['list-machines', machineColumns],
])('the columns of %s are words of `--fields`, each once', (_, columns) => {
  expect(new Set(columns.wide).size).toBe(columns.wide.length)
  expect(Object.keys(columns.all)).toEqual(expect.arrayContaining([...columns.wide]))
})
