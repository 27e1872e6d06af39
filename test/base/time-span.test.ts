import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {formatTimeSpan, parseTimeSpan} from '../../src/lib/base/time-span.ts'

const spans: readonly (readonly [string, number | undefined])[] = [
  ['90', 90],
  ['0', 0],
  ['5min 20s', 320],
  ['5min20s', 320],
  ['1.5h', 5400],
  ['1m30s', 90],
  ['500ms', 0.5],
  ['250 us', 0.00025],
  ['2 hours', 7200],
  ['1y 12month', 63_115_200],
  ['1M', 2_629_800],
  ['3 weeks 1 day', 1_900_800],
  ['infinity', Infinity],
  ['12min', 720],
  ['', undefined],
  ['soon', undefined],
  ['5 parsecs', undefined],
  ['-5s', undefined],
  ['constructor', undefined],
  ['5constructor', undefined],
]

describe('a time span', () => {
  test.each(spans)('%j is %s seconds', (text, seconds) => {
    expect(parseTimeSpan(text)).toBe(seconds)
  })

  test('is what systemd takes it for', ctx => {
    if (!existsSync('/usr/bin/systemd-analyze')) ctx.skip('systemd-analyze is not here')
    const finite = spans.filter(([, seconds]) => seconds !== undefined && seconds !== Infinity)
    const told = execFileSync('systemd-analyze', ['timespan', ...finite.map(([text]) => text)], {encoding: 'utf8'})
    const microseconds = [...told.matchAll(/[μu]s: (\d+)/g)].map(match => Number(match[1]))
    expect(microseconds.map(each => each / 1e6)).toEqual(finite.map(([, seconds]) => seconds))
  })

  test.each([
    [0, '0'],
    [0.1, '100ms'],
    [1.5, '1.5s'],
    [90, '1min 30s'],
    [86_400, '1d'],
    [Infinity, 'infinity'],
  ])('%s seconds are written %s', (seconds, text) => {
    expect(formatTimeSpan(seconds)).toBe(text)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.nat({max: 2 ** 40}), milliseconds => {
        expect(parseTimeSpan(formatTimeSpan(milliseconds / 1000))).toBe(milliseconds / 1000)
      }),
    )
  })
})
