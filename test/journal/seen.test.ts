import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {JournalLine} from '../../src/lib/journal/line.ts'
import {Seen} from '../../src/lib/journal/seen.ts'

function line(milliseconds: number, text: string): JournalLine {
  return {nanoseconds: BigInt(milliseconds) * 1_000_000n, unit: 'a.service', machine: 'm', stream: 'stdout', text}
}

describe('lines that are read again', () => {
  test('are told from new ones, the same to the letter counted', () => {
    const seen = new Seen()
    expect(seen.since).toBeUndefined()
    seen.begin([line(5000, 'a'), line(5000, 'a')])
    expect(seen.since).toBe(4000)
    seen.again()
    const texts = seen.unseen([line(4500, 'not wanted'), ...[line(5000, 'a'), line(5000, 'a'), line(5000, 'a')], line(5001, 'b')])
    expect(texts).toEqual([line(5000, 'a'), line(5001, 'b')])
  })

  test('one that comes late is still new', () => {
    const seen = new Seen()
    seen.begin([line(1000, 'first'), line(5000, 'last')])
    seen.again()
    expect(seen.unseen([line(4990, 'late'), line(5000, 'last')])).toEqual([line(4990, 'late')])
  })

  test('however often reading breaks off, nothing is lost or doubled', () => {
    const log = fc.array(fc.integer({min: 0, max: 400}), {maxLength: 60}).map(gaps => {
      let time = 10_000
      return gaps.map((gap, number) => {
        time += gap
        return line(time, String(number % 3))
      })
    })
    fc.assert(
      fc.property(log, fc.array(fc.nat({max: 60}), {maxLength: 6}), (all, stops) => {
        const seen = new Seen()
        const got: JournalLine[] = []
        for (const stop of [...stops.toSorted((a, b) => a - b), all.length]) {
          seen.again()
          const from = seen.since
          got.push(
            ...seen.unseen(
              all.slice(0, stop).filter(each => from === undefined || Number(each.nanoseconds / 1_000_000n) >= from),
            ),
          )
        }
        expect(got).toEqual(all)
      }),
    )
  })

  test('of a long reading only the last moment is remembered', () => {
    const seen = new Seen()
    const all = Array.from({length: 5000}, (_, at) => line(at * 10, String(at)))
    expect(seen.unseen(all)).toHaveLength(5000)
    seen.again()
    expect(seen.unseen(all.slice(-100))).toEqual([])
  })
})
