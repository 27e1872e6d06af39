import {describe, expect, test} from 'vitest'
import {ageText, type Columns, machineColumns, type Tone, unitColumns, unitFileColumns} from '../../src/lib/cli/list/columns.ts'
import type {AllocatedMachineRow} from '../../src/lib/cluster/machine-rows.ts'
import type {UnitRow} from '../../src/lib/cluster/rows.ts'
import type {UnitFileRow} from '../../src/lib/cluster/unit-file-rows.ts'
import {hash, machineId, machineRow, now, unitFileRow, unitRow, unplacedRow} from './rows.ts'

type Text = string | null
/** What a column shows of a row; `full` where that differs. */
type Case<Row> = readonly [field: string, row: Row, short: Text, full?: Text]

function show<Row>(columns: Columns<Row>, field: string, row: Row, full: boolean): Text | undefined {
  return columns.all[field]?.text(row, {full, now})
}

function named<Row>(cases: readonly Case<Row>[]) {
  return cases.map(([field, row, short, full = short]) => [field, short, row, full] as const)
}

const unitCases: readonly Case<UnitRow>[] = [
  ['unit', unitRow, 'web@1.service'],
  ['machine', unitRow, 'aaaabbbb.../10.0.0.1', machineId],
  ['machine', unplacedRow, null],
  ['load', {...unitRow, load: 'not-found'}, 'not-found'],
  ['active', unitRow, 'active'],
  ['sub', unitRow, 'running'],
  ['hash', unitRow, '0123456', hash],
  ['hash', {...unitRow, file: null}, null],
  ['health', unitRow, null],
  ['health', {...unitRow, health: 'healthy'}, 'healthy'],
  ['restarts', unitRow, '0'],
  ['restarts', {...unitRow, restarts: 12}, '12'],
  ['since', unitRow, '3m'],
  ['since', unplacedRow, null],
  ['container', {...unitRow, container: hash}, '0123456789ab', hash],
  ['container', unitRow, null],
  ['reason', unplacedRow, '1 machine: 1 lacks role=db'],
]

const fileCases: readonly Case<UnitFileRow>[] = [
  ['unit', unitFileRow, 'web@1.service'],
  ['hash', unitFileRow, '0123456', hash],
  ['dstate', unitFileRow, 'launched'],
  ['state', unitFileRow, 'loaded'],
  ['state', {...unitFileRow, state: null, global: true}, null],
  ['target', unitFileRow, 'aaaabbbb.../10.0.0.1', machineId],
  ['target', {...unitFileRow, target: null, targetMachine: null}, null],
  ['target', {...unitFileRow, target: 'global', targetMachine: null, global: true}, 'global'],
  ['tmachine', unitFileRow, 'aaaabbbb...', machineId],
  ['tmachine', {...unitFileRow, target: null, targetMachine: null}, null],
  ['global', unitFileRow, 'false'],
  ['global', {...unitFileRow, global: true}, 'true'],
  ['desc', unitFileRow, 'The shop'],
  ['desc', {...unitFileRow, description: null}, null],
]

const machineCases: readonly Case<AllocatedMachineRow>[] = [
  ['machine', machineRow, 'aaaabbbb...', machineId],
  ['machine', {...machineRow, name: 'one'}, 'one', machineId],
  ['ip', machineRow, '10.0.0.1'],
  ['metadata', machineRow, 'role=web,zone=1'],
  ['metadata', {...machineRow, metadata: {}}, null],
  ['hostname', machineRow, 'host-one'],
  ['status', machineRow, 'ready'],
  ['units', machineRow, '3'],
  ['cpus', machineRow, '2'],
  ['memory', machineRow, '1.5G'],
  ['memory', {...machineRow, memoryBytes: 512 * 1024 ** 2}, '512M'],
  ['cpu', machineRow, '0.5/2'],
  ['cpu', {...machineRow, allocated: null}, '-/2'],
  ['mem', machineRow, '512M/1.5G'],
  ['disk', machineRow, '0/100G'],
  ['disk', {...machineRow, diskBytes: null}, '0/-'],
  ['devices', machineRow, null],
  ['devices', {...machineRow, devices: {gpu: 2}}, 'gpu 0/2'],
  ['devices', {...machineRow, devices: {gpu: 2}, allocated: null}, 'gpu -/2'],
  ['drivers', machineRow, 'docker,systemd'],
  ['drivers', {...machineRow, drivers: []}, null],
  ['version', machineRow, '0.1.0'],
]

const lists = [
  {list: 'list-units', columns: unitColumns, cases: unitCases, name: unitColumns.name(unitRow)},
  {list: 'list-unit-files', columns: unitFileColumns, cases: fileCases, name: unitFileColumns.name(unitFileRow)},
  {list: 'list-machines', columns: machineColumns, cases: machineCases, name: machineColumns.name(machineRow)},
]

describe.each(lists)('$list', ({columns, cases, name}) => {
  test('shows only columns there are, and every column is shown in a case here', () => {
    const known = Object.keys(columns.all)
    expect([...columns.shown, ...columns.wide].filter(field => !known.includes(field))).toEqual([])
    expect(columns.shown.filter(field => !columns.wide.includes(field))).toEqual([])
    expect(known.filter(field => !cases.some(([each]) => each === field))).toEqual([])
  })

  test('is named by what it lists', () => {
    expect(name).toBe(columns === machineColumns ? machineId : 'web@1.service')
  })
})

test.each(named(unitCases))('list-units shows %s: %j', (field, short, row, full) => {
  expect(show(unitColumns, field, row, false)).toBe(short)
  expect(show(unitColumns, field, row, true)).toBe(full)
})

test.each(named(fileCases))('list-unit-files shows %s: %j', (field, short, row, full) => {
  expect(show(unitFileColumns, field, row, false)).toBe(short)
  expect(show(unitFileColumns, field, row, true)).toBe(full)
})

test.each(named(machineCases))('list-machines shows %s: %j', (field, short, row, full) => {
  expect(show(machineColumns, field, row, false)).toBe(short)
  expect(show(machineColumns, field, row, true)).toBe(full)
})

test.each<[active: string, tone: Tone | undefined]>([
  ['active', 'good'],
  ['activating', 'busy'],
  ['deactivating', 'busy'],
  ['inactive', undefined],
  ['failed', 'bad'],
  ['lost', 'bad'],
])('a unit that is %s looks %s', (active, tone) => {
  expect(unitColumns.all.active?.tone?.({...unitRow, active})).toBe(tone)
  expect(unitColumns.all.sub?.tone?.({...unitRow, active})).toBe(tone)
})

test.each<[health: string | null, tone: Tone | undefined]>([
  ['healthy', 'good'],
  ['unhealthy', 'bad'],
  ['starting', undefined],
  [null, undefined],
])('a unit whose health is %s looks %s', (health, tone) => {
  expect(unitColumns.all.health?.tone?.({...unitRow, health})).toBe(tone)
})

test.each<[status: AllocatedMachineRow['status'], tone: Tone]>([
  ['ready', 'good'],
  ['cordoned', 'busy'],
  ['leaving', 'busy'],
])('a machine that is %s looks %s', (status, tone) => {
  expect(machineColumns.all.status?.tone?.({...machineRow, status})).toBe(tone)
})

const second = 1000
const hour = 3600 * second
test.each([
  [-5 * second, '0s'],
  [0, '0s'],
  [999, '0s'],
  [59 * second, '59s'],
  [60 * second, '1m'],
  [hour - 1, '59m'],
  [hour, '1h'],
  [48 * hour - 1, '47h'],
  [48 * hour, '2d'],
  [400 * 24 * hour, '400d'],
])('%i ms are %s', (milliseconds, text) => {
  expect(ageText(milliseconds)).toBe(text)
})
