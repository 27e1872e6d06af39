import {describe, expect, test} from 'vitest'
import {spanOf} from '../../src/lib/cli/journal/flags.ts'
import {parseMoment} from '../../src/lib/cli/journal/time.ts'
import {renameFlags} from '../../src/lib/cli/program/own-words.ts'

const now = new Date(2026, 10, 21, 9, 5, 7, 250).getTime()
const local = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts).getTime()

describe('a time', () => {
  test.each([
    ['now', now],
    ['5min', now - 300_000],
    ['1h 30min ago', now - 5_400_000],
    ['-2s', now - 2_000],
    ['90', now - 90_000],
    ['today', local(2026, 10, 21)],
    ['yesterday', local(2026, 10, 20)],
    ['08:30', local(2026, 10, 21, 8, 30)],
    ['8:30:15', local(2026, 10, 21, 8, 30, 15)],
    ['2026-11-20', local(2026, 10, 20)],
    ['2026-11-21 10:00', local(2026, 10, 21, 10)],
    ['2026-11-21T10:00:30', local(2026, 10, 21, 10, 0, 30)],
    ['2026-11-21T10:00:30.5Z', Date.UTC(2026, 10, 21, 10, 0, 30, 500)],
    ['2026-11-21 10:00 UTC', Date.UTC(2026, 10, 21, 10)],
    ['2026-11-21T10:00:00+0200', Date.UTC(2026, 10, 21, 8)],
    ['@1795240800.5', 1_795_240_800_500],
  ])('%s', (text, moment) => {
    expect(parseMoment('since', text, now)).toBe(moment)
  })

  test.each(['', 'soon', '2026-13-01', 'infinity', '10:00 tomorrow', '5 parsecs'])('%j is none', text => {
    expect(() => parseMoment('since', text, now)).toThrow(/^--since .* is no time$/)
  })
})

describe('what is wanted of the past', () => {
  test.each([
    ['by default', {}, {lines: 20}],
    ['of a number', {lines: '7'}, {lines: 7}],
    ['of nothing', {lines: '0'}, {lines: 0}],
    ['of all', {lines: 'all'}, {lines: Number.POSITIVE_INFINITY}],
    ['since a time', {since: '5s'}, {lines: Number.POSITIVE_INFINITY, since: now - 5000}],
    ['since a time, and not more', {since: '5s', until: 'now', lines: '3'}, {lines: 3, since: now - 5000, until: now}],
  ])('%s', (_, flags, span) => {
    expect(spanOf(flags, now)).toEqual(span)
  })

  test.each([
    ['no number', {lines: 'few'}, /"few" is no number/],
    ['a number below 0', {lines: '-1'}, /is no number/],
    ['an end before the beginning', {since: '1s', until: '5s'}, /--since is later than --until/],
  ])('%s is refused', (_, flags, message) => {
    expect(() => spanOf(flags, now)).toThrow(message)
  })
})

test('a flag of every command has another name where it means something else', () => {
  const names = {'--user': '--as'}
  expect(renameFlags(['--user', 'x', '--user=y', '--users', 'web', '--', '--user', 'z'], names)).toEqual([
    ...['--as', 'x', '--as=y', '--users', 'web', '--', '--user', 'z'],
  ])
})
