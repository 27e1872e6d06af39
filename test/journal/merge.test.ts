import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {HoldBack, mergeByTime} from '../../src/lib/journal/merge.ts'

interface Line {
  readonly nanoseconds: bigint
  readonly source: number
  readonly number: number
}

/** Sources whose own times may go back, as those of stdout and stderr do. */
const sources = fc
  .array(fc.array(fc.integer({min: 0, max: 20}), {maxLength: 12}), {maxLength: 5})
  .map(all => all.map((times, source) => times.map((time, number): Line => ({nanoseconds: BigInt(time), source, number}))))

function bySource(lines: readonly Line[], count: number): readonly (readonly Line[])[] {
  return Array.from({length: count}, (_, source) => lines.filter(line => line.source === source))
}

describe('lines of the past', () => {
  test('keep the order of each source, and none is lost or doubled', () => {
    fc.assert(
      fc.property(sources, all => {
        expect(bySource(mergeByTime(all), all.length)).toEqual(all)
      }),
    )
  })

  test('of sources that are in order are in order', () => {
    fc.assert(
      fc.property(sources, all => {
        const sorted = all.map(lines => lines.toSorted((a, b) => Number(a.nanoseconds - b.nanoseconds)))
        const times = mergeByTime(sorted).map(line => Number(line.nanoseconds))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
    )
  })
})

describe('lines that come', () => {
  const line = (nanoseconds: bigint, source = 0, number = 0): Line => ({nanoseconds, source, number})

  test('wait for an earlier one of another source, no longer than they are held', () => {
    const held = new HoldBack<Line>(80)
    held.push('a', [line(5n)], 1000)
    expect(held.take(1079)).toEqual([])
    held.push('b', [line(4n, 1)], 1079)
    expect(held.nextDue()).toBe(1080)
    expect(held.take(1080)).toEqual([line(4n, 1), line(5n)])
    expect(held.nextDue()).toBeUndefined()
  })

  test('leave what is later where it is', () => {
    const held = new HoldBack<Line>(80)
    held.push('a', [line(5n)], 1000)
    held.push('b', [line(6n, 1)], 1010)
    expect(held.take(1080)).toEqual([line(5n)])
    expect(held.takeAll()).toEqual([line(6n, 1)])
  })

  test('keep the order of each source, and none is lost, doubled or late', () => {
    const arrivals = fc.array(fc.integer({min: 0, max: 60}), {maxLength: 60})
    fc.assert(
      fc.property(sources, arrivals, (all, gaps) => {
        const held = new HoldBack<Line>(80)
        const next = all.map(() => 0)
        const arrived = new Map<Line, number>()
        const taken: Line[] = []
        let now = 0
        const take = () => {
          for (const each of held.take(now)) {
            expect(now - (arrived.get(each) ?? 0)).toBeLessThanOrEqual(80 + 60)
            taken.push(each)
          }
        }
        for (const [step, gap] of gaps.entries()) {
          now += gap
          take()
          const source = step % Math.max(1, all.length)
          const here = all[source]?.[next[source] ?? 0]
          if (here === undefined) continue
          next[source] = (next[source] ?? 0) + 1
          arrived.set(here, now)
          held.push(String(source), [here], now)
        }
        taken.push(...held.takeAll())
        expect(bySource(taken, all.length)).toEqual(all.map((lines, source) => lines.slice(0, next[source])))
      }),
    )
  })
})
