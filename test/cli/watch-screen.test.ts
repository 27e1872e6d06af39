import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {roomFor, Screen} from '../../src/lib/cli/watch/screen.ts'
import {SmallTerminal} from './small-terminal.ts'

const rows = 8
const line = fc.stringMatching(/^[a-c]{0,3}$/)
const listing = fc.array(line, {maxLength: rows - 1})

describe('a list that is redrawn', () => {
  test('shows each time what it was given, below what was there before', () => {
    fc.assert(
      fc.property(fc.array(line, {maxLength: 20}), fc.array(listing, {minLength: 1, maxLength: 6}), (before, listings) => {
        const terminal = new SmallTerminal(rows).write(before.map(each => `${each}\n`).join(''))
        const screen = new Screen()
        for (const lines of listings) {
          terminal.write(screen.draw(lines))
          const shown = [...terminal.above, ...terminal.lines].join('\n').trimEnd()
          expect(shown).toBe([...before, ...lines].join('\n').trimEnd())
        }
      }),
    )
  })

  test('after its terminal was disturbed it is drawn anew at the top', () => {
    fc.assert(
      fc.property(listing, listing, (first, second) => {
        const terminal = new SmallTerminal(rows).write('before\n')
        const screen = new Screen()
        terminal.write(screen.draw(first)).write('noise\nnoise')
        screen.disturb()
        terminal.write(screen.draw(second))
        expect(terminal.lines.join('\n')).toBe(second.join('\n').trimEnd())
      }),
    )
  })

  test('writes nothing when nothing differs, and only what differs otherwise', () => {
    const screen = new Screen()
    screen.draw(['one', 'two', 'three'])
    expect(screen.draw(['one', 'two', 'three'])).toBe('')
    const text = screen.draw(['one', 'zwei', 'three'])
    expect(text).toContain('zwei')
    expect(text).not.toMatch(/one|three/)
  })
})

test.each([
  {count: 0, others: 1, rows: 24, shown: 0, more: 0},
  {count: 22, others: 1, rows: 24, shown: 22, more: 0},
  {count: 23, others: 1, rows: 24, shown: 21, more: 2},
  {count: 22, others: 2, rows: 24, shown: 20, more: 2},
  {count: 5, others: 0, rows: 2, shown: 0, more: 5},
  {count: 5, others: 2, rows: 1, shown: 0, more: 5},
])('of $count rows beside $others lines in $rows: $shown, and $more more', ({count, others, shown, more, ...size}) => {
  expect(roomFor(count, others, {columns: 80, ...size})).toEqual({shown, more})
})
