import {describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {bytesText, cpusText, percentText, shareText} from '../../src/lib/cli/amount-text.ts'
import {type TopFlags, TopLook, type topSubjects} from '../../src/lib/cli/top/look.ts'
import {renderTop} from '../../src/lib/cli/top/page.ts'
import type {Uses} from '../../src/lib/cli/top/rows.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {assignmentEntry, entryOf, machineEntry, viewOf} from '../fakes/stored-cluster.ts'

const mebibyte = 1024 ** 2
const pipe = {isTTY: false, columns: undefined}
const small = '[Container]\nImage=x\n[Service]\nMemoryMax=128M\nCPUQuota=50%'
const large = '[Container]\nImage=x\n[X-Fleet]\nRequests=cpu=1 memory=512M'
const view = viewOf(
  entryOf(`files/${fileHash(small)}`, small),
  entryOf(`files/${fileHash(large)}`, large),
  machineEntry('m1', {name: 'one'}),
  machineEntry('m2', {name: 'two'}),
  machineEntry('m3', {name: 'three'}),
  assignmentEntry('a.service', 'm1', {file: fileHash(small)}),
  assignmentEntry('b.service', 'm1', {file: fileHash(large)}),
  assignmentEntry('c.service', 'm2', {file: fileHash(small)}),
  assignmentEntry('d.service', 'gone', {file: fileHash(small)}),
)
const uses: Uses = new Map([
  [
    'm1',
    {
      units: new Map([
        ['a.service', {cpus: 0.25, memoryBytes: 64 * mebibyte}],
        ['b.service', {cpus: 0.5, memoryBytes: 32 * mebibyte}],
      ]),
    },
  ],
  ['m2', {problem: new UnreachableError('no way to it')}],
])
const show = (what: (typeof topSubjects)[number], flags: Partial<TopFlags> = {}, most?: number) =>
  renderTop(new TopLook(what, {sort: 'name', ...flags}).page(view, uses), pipe, most)
    .trimEnd()
    .split('\n')

describe('machines', () => {
  test('with what is allocated and used, and the whole of it above', () => {
    expect(show('machines')).toEqual([
      '3 machines, 3 units; cpu 2 of 6 allocated (33 %), 0.75 used (13 %); memory 768M of 3G allocated (25 %), 96M used (3 %); 1 not reached',
      'MACHINE  UNITS  CPU   CPU-ALLOC  MEMORY  MEMORY-ALLOC  PROBLEM',
      'one      2      0.75  1.5/2      96M     640M/1G       -',
      'three    0      0     0/2        0       0/1G          -',
      'two      1      -     0.5/2      -       128M/1G       no way to it',
    ])
  })

  test('as many as there is room for, and one alone', () => {
    expect(show('machines', {}, 1)).toHaveLength(3)
    expect(show('machines', {machine: 'three'}).slice(1)).toEqual([
      'MACHINE  UNITS  CPU  CPU-ALLOC  MEMORY  MEMORY-ALLOC',
      'three    0      0    0/2        0       0/1G',
    ])
  })

  test('only those that have units are asked', () => {
    expect(new TopLook('machines', {sort: 'name'}).asked(view).map(({id}) => id)).toEqual(['m1', 'm2'])
  })
})

describe('units', () => {
  test('with what they ask for, what holds them and what they use', () => {
    expect(show('units').slice(1)).toEqual([
      'UNIT       MACHINE  CPU   CPU-REQUEST  CPU-LIMIT  MEMORY  MEMORY-REQUEST  MEMORY-LIMIT  PROBLEM',
      'a.service  one      0.25  0.5          0.5        64M     128M            128M          -',
      'b.service  one      0.5   1            -          32M     512M            -             -',
      'c.service  two      -     0.5          0.5        -       128M            128M          no way to it',
      'd.service  gone     -     0.5          0.5        -       128M            128M          its machine is lost',
    ])
  })

  test.each<[sort: TopFlags['sort'], units: readonly string[]]>([
    ['name', ['a', 'b', 'c', 'd']],
    ['cpu', ['b', 'a', 'c', 'd']],
    ['memory', ['a', 'b', 'c', 'd']],
  ])('by %s', (sort, units) => {
    expect(
      show('units', {sort})
        .slice(2)
        .map(line => line[0]),
    ).toEqual(units)
  })

  test('of one machine', () => {
    expect(show('units', {machine: 'two'}).slice(2)).toHaveLength(1)
  })
})

test.each([
  [cpusText(0), '0'],
  [cpusText(0.004), '0.004'],
  [cpusText(1.239), '1.24'],
  [cpusText(4), '4'],
  [bytesText(0), '0'],
  [bytesText(512 * mebibyte), '512M'],
  [percentText(1, 3), '33 %'],
  [percentText(0, 0), '0 %'],
  [shareText(1, 2, String), '1/2'],
  [shareText(null, 2, String), '-/2'],
  [shareText(null, null, String), null],
])('%s is written as %s', (text, wanted) => {
  expect(text).toBe(wanted)
})
