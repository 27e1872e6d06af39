import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {containerKeys} from '../../src/lib/unit/quadlet/container-keys.ts'

const text = readFileSync(new URL('../../docs/units.md', import.meta.url), 'utf8')
const section = text.slice(text.indexOf('## [Container]'), text.indexOf('### .container files'))
const [understood = '', rest = ''] = section.split('\nRefused:\n')
const [refused = '', ignored = ''] = rest.split('\nPassed over, with a warning:\n')

/** The rows of a part's table: the keys of one cell, and the texts of the other cells. */
function rows(part: string, keyCell: number): readonly {readonly keys: readonly string[]; readonly cells: readonly string[]}[] {
  return part
    .split('\n')
    .filter(line => line.startsWith('| ') && !line.startsWith('| key'))
    .map(line => line.slice(2, -2).split(' | '))
    .map(cells => ({
      keys: [...(cells[keyCell] ?? '').matchAll(/`(\w+)`/g)].map(match => match[1] ?? ''),
      cells: cells.filter((_, index) => index !== keyCell),
    }))
}

const sorted = (keys: readonly string[]) => keys.toSorted()
const kind = (name: string) => Object.entries(containerKeys).flatMap(([key, row]) => (name in row ? [key] : []))

describe('the page on units', () => {
  test('names every key that is understood', () => {
    const told = understood.split('\nAs under Quadlet')[0] ?? ''
    expect(sorted(rows(told, 1).flatMap(({keys}) => keys))).toEqual(sorted([...kind('takes'), 'PodmanArgs', 'ServiceName']))
  })

  test('names every key that is refused, with the words of the refusal', () => {
    const told = rows(refused, 0).flatMap(({keys, cells}) => keys.map(key => [key, ...cells]))
    const have = Object.entries(containerKeys).flatMap(([key, row]) =>
      'refused' in row ? [[key, row.refused.message, row.refused.remedy]] : [],
    )
    expect(Object.fromEntries(told.map(([key = '', ...words]) => [key, words]))).toEqual(
      Object.fromEntries(have.map(([key = '', ...words]) => [key, words])),
    )
  })

  test('names every key that is passed over, with the reason', () => {
    const told = rows(ignored, 0).flatMap(({keys, cells}) => keys.map(key => [key, cells[0] ?? ''] as const))
    const have = Object.entries(containerKeys).flatMap(([key, row]) => ('ignored' in row ? [[key, row.ignored] as const] : []))
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(have))
  })
})
