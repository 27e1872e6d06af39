import {stripVTControlCharacters} from 'node:util'
import {Chalk} from 'chalk'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Columns, Tone} from '../../src/lib/cli/list/columns.ts'
import {fitWidths, renderTable, type TableOptions} from '../../src/lib/cli/list/table.ts'

interface Row {
  readonly cells: readonly (string | null)[]
  readonly tone?: Tone | undefined
}

/** Columns `a`, `b`, … that show a row's cells, the last in the row's tone. */
function columnsOf(count: number): Columns<Row> {
  const names = Array.from({length: count}, (_, at) => String.fromCharCode(97 + at))
  const columns = names.map((name, at) => {
    const text = (row: Row) => row.cells[at] ?? null
    return [name, at === count - 1 ? {text, tone: (row: Row) => row.tone} : {text}] as const
  })
  return {all: Object.fromEntries(columns), shown: names, wide: names, name: row => row.cells[0] ?? ''}
}

const plain = new Chalk({level: 0})
const coloured = new Chalk({level: 1})

function render(rows: readonly Row[], options: Partial<TableOptions> & {columns?: number} = {}): string {
  const columns = columnsOf(options.columns ?? rows[0]?.cells.length ?? 2)
  const defaults = {fields: columns.shown, full: false, now: 0, legend: true, width: undefined, chalk: plain}
  return renderTable(columns, rows, {...defaults, ...options})
}
const rowOf = (...cells: Row['cells']): Row => ({cells})

describe('a table', () => {
  test.each<[name: string, rows: readonly Row[], options: Partial<TableOptions>, lines: readonly string[]]>([
    ['without rows is its legend', [], {}, ['A  B']],
    ['without rows and legend is nothing', [], {legend: false}, []],
    ['aligns its columns', [rowOf('web', '1'), rowOf('x', '12')], {}, ['A    B', 'web  1', 'x    12']],
    ['shows - for what is not there', [rowOf(null, ''), rowOf('x', null)], {}, ['A  B', '-  -', 'x  -']],
    ['leaves the legend out', [rowOf('web', '1'), rowOf('x', '12')], {legend: false}, ['web  1', 'x    12']],
    ['shows the fields asked for, as often as asked', [rowOf('1', '2')], {fields: ['b', 'a', 'b']}, ['B  A  B', '2  1  2']],
    ['ends no line with blanks', [rowOf('web', '1'), rowOf('x', 'much longer')], {}, ['A    B', 'web  1', 'x    much longer']],
    ['keeps a row on one line', [rowOf('one\ntwo', ' a\tb\r\n')], {}, ['A        B', 'one two  a b']],
    ['passes no escapes on', [rowOf('\u001b[31mred\u001b[0m\u0007', 'x')], {}, ['A    B', 'red  x']],
    [
      'cuts nothing without a terminal',
      [rowOf('x'.repeat(200), 'y')],
      {width: undefined, legend: false},
      [`${'x'.repeat(200)}  y`],
    ],
    [
      'cuts the widest column on a narrow terminal',
      [rowOf('short', 'a reason that is long')],
      {width: 20, legend: false},
      ['short  a reason tha…'],
    ],
    [
      'never cuts below ten characters',
      [rowOf('abcdefghijklmno', 'abcdefghijklmno')],
      {width: 12},
      ['A           B', 'abcdefghi…  abcdefghi…'],
    ],
    ['cuts nothing that fits exactly', [rowOf('abcdefghijkl', 'xyz')], {width: 17, legend: false}, ['abcdefghijkl  xyz']],
  ])('%s', (_, rows, options, lines) => {
    const expected = lines.map(line => `${line}\n`).join('')
    expect(render(rows, options)).toBe(expected)
    expect(stripVTControlCharacters(render(rows, {...options, chalk: coloured}))).toBe(expected)
  })

  test.each<[tone: Tone, painted: string]>([
    ['good', '\u001b[32mx\u001b[39m'],
    ['busy', '\u001b[33mx\u001b[39m'],
    ['bad', '\u001b[31mx\u001b[39m'],
  ])('paints what is %s, and its legend bold', (tone, painted) => {
    expect(render([{cells: ['1', 'x'], tone}], {chalk: coloured})).toBe(
      `\u001b[1mA\u001b[22m  \u001b[1mB\u001b[22m\n1  ${painted}\n`,
    )
  })

  // Of one column each, as is all that units and machines are named by.
  const character = fc.oneof(
    {weight: 8, arbitrary: fc.string({unit: 'grapheme-ascii', minLength: 1, maxLength: 1})},
    {weight: 1, arbitrary: fc.constantFrom(' ', '\n', '\t', '\u001b', '\u0007', 'é', '…', '’')},
  )
  const cell = fc.option(fc.string({unit: character, maxLength: 40}))
  const tone = fc.constantFrom<Tone | undefined>('good', 'busy', 'bad', undefined)
  const table = fc
    .integer({min: 1, max: 5})
    .chain(count => fc.array(fc.record({cells: fc.array(cell, {minLength: count, maxLength: count}), tone}), {maxLength: 12}))
  const options = fc.record({legend: fc.boolean(), width: fc.option(fc.integer({min: 1, max: 120}), {nil: undefined})})

  test('reads the same with colours and without', () => {
    fc.assert(
      fc.property(table, options, (rows, given) => {
        expect(stripVTControlCharacters(render(rows, {...given, chalk: coloured}))).toBe(render(rows, given))
      }),
      {numRuns: 150},
    )
  })

  test('has a line for every row, and none wider than the terminal where ten characters a column fit', () => {
    fc.assert(
      fc.property(table, options, (rows, given) => {
        const lines = render(rows, given).split('\n').slice(0, -1)
        expect(lines).toHaveLength(rows.length + (given.legend ? 1 : 0))
        const count = rows[0]?.cells.length ?? 2
        const {width} = given
        if (width === undefined || width < count * 12 - 2) return
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      }),
      {numRuns: 150},
    )
  })

  test('of thousands of rows reads the same with colours and without', () => {
    const rows = Array.from({length: 350}, (_, at) => ({cells: [`web@${at}.service`, at % 7 === 0 ? null : 'x'.repeat(at % 40)]}))
    expect(stripVTControlCharacters(render(rows, {chalk: coloured}))).toBe(render(rows))
  })
})

describe('widths', () => {
  test.each<[name: string, widths: readonly number[], terminal: number | undefined, fitted: readonly number[]]>([
    ['stay without a terminal', [5, 300], undefined, [5, 300]],
    ['stay where they fit', [5, 13], 20, [5, 13]],
    ['of the widest column give way', [5, 30], 27, [5, 20]],
    ['of the widest give way until it is as narrow as the next, then both', [20, 30], 38, [18, 18]],
    ['never go below ten', [20, 30], 5, [10, 10]],
    ['below ten stay as they are', [4, 30, 4], 10, [4, 10, 4]],
    ['of nothing are nothing', [], 10, []],
    ['of one column are cut to the terminal', [100], 80, [80]],
  ])('%s', (_, widths, terminal, fitted) => {
    expect(fitWidths(widths, terminal)).toEqual(fitted)
  })

  test('fill a terminal that is too narrow exactly, unless all are at their least', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({min: 1, max: 200}), {minLength: 1, maxLength: 8}),
        fc.integer({min: 1, max: 300}),
        (widths, terminal) => {
          const sum = (of: readonly number[]) => of.reduce((all, width) => all + width, 2 * (of.length - 1))
          const fitted = fitWidths(widths, terminal)
          expect(fitted).toHaveLength(widths.length)
          expect(fitted.filter((width, at) => width !== widths[at] && width < 10)).toEqual([])
          const least = sum(widths.map(width => Math.min(width, 10)))
          expect(sum(fitted)).toBe(Math.min(sum(widths), Math.max(terminal, least)))
        },
      ),
    )
  })
})
