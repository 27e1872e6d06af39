import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {machineColumns, unitColumns, unitFileColumns} from '../../src/lib/cli/columns.ts'
import {describeFiles, machineRows, unitFileRows, unitRows} from '../../src/lib/cluster/rows.ts'
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

/** Key → type, as the first table below that heading has it. */
function tableBelow(heading: string): ReadonlyMap<string, string> {
  const section = documented.split(/^### /m).find(part => part.startsWith(heading)) ?? ''
  const head = section.indexOf('| key | type |')
  const table = head < 0 ? '' : (section.slice(head).split('\n\n')[0] ?? '')
  return new Map(Array.from(table.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm), ([, key = '', type = '']) => [key, type] as const))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.every(each => typeof each === 'string') ? 'array of strings' : 'array'
  if (typeof value !== 'object') return typeof value
  return Object.values(value).every(each => typeof each === 'string') ? 'object of strings' : 'object'
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

/** A cluster in which every key of every row has each of its types. */
const entries: readonly Entry[] = [
  machineEntry('m1', {metadata: {role: 'web'}}),
  machineEntry('m2', {name: undefined, drivers: []}),
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
  {list: 'list-machines', rows: machineRows(view)},
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

test.each([
  ['list-units', unitColumns],
  ['list-unit-files', unitFileColumns],
  ['list-machines', machineColumns],
])('the columns of %s are words of `--fields`, each once', (_, columns) => {
  expect(new Set(columns.wide).size).toBe(columns.wide.length)
  expect(Object.keys(columns.all)).toEqual(expect.arrayContaining([...columns.wide]))
})
