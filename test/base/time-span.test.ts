import {execFileSync, spawnSync} from 'node:child_process'
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
  ['1h30', 3630],
  ['1 2', 3],
  ['12.34 .56', 12.9],
  ['12.34s.56', 12.9],
  ['+5', 5],
  ['0.0000019s', 0.000001],
  ['1.23456789min', 74.074068],
  ['\t5 s ', 5],
  ['5.', undefined],
  ['12.34.56', undefined],
  ['+.5', undefined],
  ['1. 5', undefined],
  ['1MIN', undefined],
  ['1minsec', undefined],
  ['5ns', undefined],
  ['600000y', undefined],
  ['infinity s', undefined],
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

  test('of any kind is what systemd takes it for', ctx => {
    if (!existsSync('/usr/bin/systemd-analyze')) ctx.skip('systemd-analyze is not here')
    const number = fc.oneof(fc.nat(999).map(String), fc.stringMatching(/^\d{1,3}\.\d{1,8}$/), fc.stringMatching(/^\.\d{1,3}$/))
    const unit = fc.constantFrom(
      '',
      's',
      'min',
      'm',
      'h',
      'd',
      'w',
      'month',
      'M',
      'y',
      'ms',
      'us',
      'µs',
      'hr',
      'sec',
      'seconds',
      'ns',
      'x',
    )
    const part = fc.tuple(number, fc.constantFrom('', ' '), unit, fc.constantFrom('', ' ', '  ')).map(words => words.join(''))
    const any = fc.array(part, {minLength: 1, maxLength: 4}).map(parts => parts.join(''))
    const samples = fc.sample(any, {numRuns: 400, seed: 3})
    const ask = (texts: readonly string[]) =>
      spawnSync('systemd-analyze', ['timespan', '--', ...texts], {encoding: 'utf8'}).stdout.matchAll(/[μu]s: (\d+)/g)
    const taken = samples.filter(text => parseTimeSpan(text) !== undefined)
    const theirs = [...ask(taken)].map(match => Number(match[1]))
    expect(taken.map(text => Math.round((parseTimeSpan(text) ?? Number.NaN) * 1e6))).toEqual(theirs)
    const refused = samples.filter(text => parseTimeSpan(text) === undefined).slice(0, 40)
    expect(refused.filter(text => [...ask([text])].length > 0)).toEqual([])
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
