import {stripVTControlCharacters} from 'node:util'
import {afterEach, describe, expect, test, vi} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {machineColumns, unitColumns} from '../../src/lib/cli/list/columns.ts'
import {type ListFlags, renderList} from '../../src/lib/cli/list/listing.ts'
import type {Terminal} from '../../src/lib/cli/terminal.ts'
import {hash, machineId, machineRow, unitRow, unplacedRow} from './rows.ts'

const pipe: Terminal = {}
const narrow: Terminal = {isTTY: true, columns: 50}
const rows = [unitRow, unplacedRow]
const flagsOf = (flags: Partial<ListFlags> = {}): ListFlags => ({output: 'table', full: false, legend: true, ...flags})
const render = (flags: Partial<ListFlags> = {}, terminal = pipe) => renderList(unitColumns, rows, flagsOf(flags), terminal)
const header = (text: string) => text.split('\n')[0]?.split(/ {2,}/)

afterEach(() => {
  vi.unstubAllEnvs()
})

test('-o table shows fleet’s columns', () => {
  expect(render()).toBe(
    [
      'UNIT           MACHINE               ACTIVE    SUB',
      'web@1.service  aaaabbbb.../10.0.0.1  active    running',
      'web@2.service  -                     inactive  unplaced',
      '',
    ].join('\n'),
  )
})

test('-o wide shows more', () => {
  expect(header(render({output: 'wide'}))).toEqual(unitColumns.wide.map(field => field.toUpperCase()))
})

test('-o json is the rows, whatever columns are shown', () => {
  for (const fields of [undefined, 'unit']) expect(JSON.parse(render({output: 'json', fields}))).toEqual(rows)
})

test('-o json of nothing is a list', () => {
  expect(renderList(unitColumns, [], flagsOf({output: 'json'}), pipe)).toBe('[]\n')
})

test('-o name is each name once', () => {
  const twice = [unitRow, {...unitRow, machine: 'another'}, unplacedRow]
  expect(renderList(unitColumns, twice, flagsOf({output: 'name'}), pipe)).toBe('web@1.service\nweb@2.service\n')
  expect(renderList(machineColumns, [machineRow], flagsOf({output: 'name'}), pipe)).toBe(`${machineId}\n`)
})

test.each<[name: string, flags: Partial<ListFlags>, lines: readonly string[]]>([
  ['in the order given', {fields: 'sub,unit'}, ['SUB       UNIT', 'running   web@1.service', 'unplaced  web@2.service']],
  ['with blanks between', {fields: ' unit , load '}, ['UNIT           LOAD', 'web@1.service  loaded', 'web@2.service  loaded']],
  ['without a legend', {fields: 'unit', legend: false}, ['web@1.service', 'web@2.service']],
  ['in full', {fields: 'hash,machine', full: true}, ['HASH', 'MACHINE', hash, machineId, hash, '-']],
])('--fields shows those columns, %s', (_, flags, lines) => {
  const shown = render(flags).trimEnd().split('\n')
  expect(flags.full ? shown.flatMap(line => line.split(/ {2,}/)) : shown).toEqual(lines)
})

test.each<[fields: string, message: string]>([
  ['machin', '--fields: no column "machin" (did you mean machine?)'],
  ['unit,actvie', '--fields: no column "actvie" (did you mean active?)'],
  ['colour', '--fields: no column "colour"'],
  ['', '--fields: no column ""'],
  ['unit,', '--fields: no column ""'],
  ['toString', '--fields: no column "toString"'],
  ['__proto__', '--fields: no column "__proto__"'],
])('--fields %j is refused', (fields, message) => {
  for (const output of ['table', 'wide', 'json', 'name']) {
    const told = thrownBy(() => render({fields, output}))
    expect(told).toBeInstanceOf(UsageError)
    expect(told).toMatchObject({message, hint: expect.stringContaining('known columns: unit, machine, load')})
  }
})

describe('on a terminal', () => {
  test('a table has colours, and fits', () => {
    vi.stubEnv('NO_COLOR', undefined)
    const drawn = render({output: 'wide'}, {isTTY: true, columns: 120})
    expect(drawn).toContain('\u001b[32mactive\u001b[39m')
    for (const line of stripVTControlCharacters(drawn).split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  test('that is narrow the widest column is cut', () => {
    vi.stubEnv('NO_COLOR', undefined)
    expect(stripVTControlCharacters(render({}, narrow))).toContain('web@1.service  aaaabbbb.../10…  active    running\n')
  })

  test('NO_COLOR leaves the colours out', () => {
    vi.stubEnv('NO_COLOR', '1')
    const drawn = render({}, narrow)
    expect(stripVTControlCharacters(drawn)).toBe(drawn)
  })

  test('--full cuts nothing', () => {
    expect(stripVTControlCharacters(render({full: true, fields: 'hash'}, narrow))).toContain(`${hash}\n`)
  })

  test('that does not tell its size nothing is cut', () => {
    expect(stripVTControlCharacters(render({}, {isTTY: true, columns: 0}))).toBe(render())
  })
})

test('without a terminal nothing is coloured and nothing cut', () => {
  const text = render({output: 'wide'}, {columns: 20})
  expect(stripVTControlCharacters(text)).toBe(text)
  expect(text).not.toContain('…')
})

function thrownBy(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
