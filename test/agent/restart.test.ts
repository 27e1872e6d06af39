import {describe, expect, test} from 'vitest'
import {countedStarts, isSuccess, sequelOf} from '../../src/lib/agent/restart.ts'
import type {RestartPolicy, Service} from '../../src/lib/unit/unit.ts'

const service: Service = {
  type: 'simple',
  remainAfterExit: false,
  restart: 'no',
  restartSeconds: 2,
  startLimitBurst: 5,
  startLimitIntervalSeconds: 10,
  successExitCodes: [],
}
const at = 1_000_000

describe('Restart= of systemd.service(5), by the way a run ended', () => {
  const policies = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'] as const
  const endings = {
    'a clean exit': {exitCode: 0},
    'an unclean exit code': {exitCode: 1},
    'the highest exit code of its own': {exitCode: 255},
    'a code that names no signal': {exitCode: 128},
    SIGHUP: {exitCode: 129},
    SIGINT: {exitCode: 130},
    SIGPIPE: {exitCode: 141},
    SIGTERM: {exitCode: 143},
    SIGABRT: {exitCode: 134},
    SIGKILL: {exitCode: 137},
    SIGSEGV: {exitCode: 139},
    'a start that failed': {},
  }
  // One column a policy, in their order: R is started again, - is not.
  const table: readonly (readonly [keyof typeof endings, string])[] = [
    ['a clean exit', '- R R - - - -'],
    ['an unclean exit code', '- R - R - - -'],
    ['the highest exit code of its own', '- R - R - - -'],
    ['a code that names no signal', '- R - R - - -'],
    ['SIGHUP', '- R - R R - -'],
    ['SIGINT', '- R - R R - -'],
    ['SIGPIPE', '- R - R R - -'],
    ['SIGTERM', '- R - R R - -'],
    ['SIGABRT', '- R - R R R -'],
    ['SIGKILL', '- R - R R R -'],
    ['SIGSEGV', '- R - R R R -'],
    ['a start that failed', '- R - R - - -'],
  ]
  test.each(table)('%s', (ending, expected) => {
    const answers = policies.map(restart => sequelOf({...service, restart}, {at, ...endings[ending]}, []).kind)
    expect(answers.map(kind => (kind === 'again' ? 'R' : '-')).join(' ')).toBe(expected)
  })

  test.each<[RestartPolicy, number, boolean]>([
    ['no', 0, true],
    ['no', 1, false],
    ['on-failure', 0, true],
    ['on-success', 1, false],
    ['on-abort', 143, false],
  ])('what rests tells whether it ended well: Restart=%s after %i', (restart, exitCode, success) => {
    expect(sequelOf({...service, restart}, {at, exitCode}, [])).toEqual({kind: 'rest', success})
  })

  test.each<[name: string, given: Partial<Service>, exitCode: number, kind: string]>([
    ['a code of SuccessExitStatus= is clean', {restart: 'on-failure', successExitCodes: [143]}, 143, 'rest'],
    ['and is answered as such', {restart: 'on-success', successExitCodes: [143]}, 143, 'again'],
    ['others are not', {restart: 'on-failure', successExitCodes: [143]}, 1, 'again'],
    ['a oneshot that succeeded is never run again', {restart: 'always', type: 'oneshot'}, 0, 'rest'],
    ['nor one that succeeded by SuccessExitStatus=', {restart: 'always', type: 'oneshot', successExitCodes: [3]}, 3, 'rest'],
    ['a oneshot that failed is', {restart: 'on-failure', type: 'oneshot'}, 1, 'again'],
  ])('%s', (_, given, exitCode, kind) => {
    expect(sequelOf({...service, ...given}, {at, exitCode}, []).kind).toBe(kind)
  })

  test('the new start is RestartSec= after the end', () => {
    expect(sequelOf({...service, restart: 'always'}, {at, exitCode: 3}, [])).toEqual({
      kind: 'again',
      at: at + 2_000,
      reason: 'it exited with 3, Restart=always',
    })
  })

  test.each([
    [{at, message: 'no such image'}, 'no such image, Restart=always'],
    [{at}, 'it could not be started, Restart=always'],
  ])('a start that failed is told in the words of the engine: %j', (ending, reason) => {
    expect(sequelOf({...service, restart: 'always'}, ending, [])).toMatchObject({reason})
  })
})

describe('the start limit of systemd.unit(5)', () => {
  const next = at + 2_000
  const limited: Service = {...service, restart: 'always', startLimitBurst: 3}
  /** Starts so many milliseconds before the one that is due. */
  const ago = (...milliseconds: readonly number[]) => milliseconds.map(each => next - each)

  test.each<[name: string, given: Partial<Service>, starts: readonly number[], kind: string]>([
    ['fewer starts than it allows', {}, ago(9_000, 5_000), 'again'],
    ['as many as it allows', {}, ago(9_000, 7_000, 5_000), 'give-up'],
    ['the first just within the interval', {}, ago(9_999, 7_000, 5_000), 'give-up'],
    ['the first as old as the interval', {}, ago(10_000, 7_000, 5_000), 'again'],
    ['the last of them after the end, in answer to it', {}, ago(9_000, 7_000, 1_999), 'again'],
    ['many, long ago', {}, ago(90_000, 80_000, 70_000, 60_000), 'again'],
    ['a limit of one', {startLimitBurst: 1}, ago(5_000), 'give-up'],
    ['no limit by StartLimitBurst=0', {startLimitBurst: 0}, ago(3_000, 2_500, 2_400, 2_300, 2_200), 'again'],
    ['no limit by StartLimitIntervalSec=0', {startLimitIntervalSeconds: 0}, ago(3_000, 2_500, 2_400, 2_300), 'again'],
    ['an interval without end', {startLimitIntervalSeconds: Number.POSITIVE_INFINITY}, ago(9e9, 8e9, 7e9), 'give-up'],
    ['RestartSec= is longer than the interval', {restartSeconds: 60}, ago(9_000, 7_000, 5_000), 'again'],
    ['no policy asks for a start', {restart: 'no'}, ago(9_000, 7_000, 5_000), 'rest'],
  ])('%s', (_, given, starts, kind) => {
    expect(sequelOf({...limited, ...given}, {at, exitCode: 1}, starts).kind).toBe(kind)
  })

  test('giving up says why', () => {
    expect(sequelOf(limited, {at, exitCode: 1}, ago(4_000, 3_000, 2_500))).toEqual({
      kind: 'give-up',
      reason: 'started 3 times within 10 s: the start limit is hit',
    })
  })

  test.each<[readonly number[], readonly number[]]>([
    [[], []],
    [
      [at - 10_000, at - 9_999, at],
      [at - 9_999, at],
    ],
    [
      [at - 5, at - 4, at - 3, at - 2],
      [at - 4, at - 3, at - 2],
    ],
  ])('of %j those are told that still count', (starts, counted) => {
    expect(countedStarts(limited, starts, at)).toEqual(counted)
  })
})

test.each<[number | undefined, boolean]>([
  [0, true],
  [7, true],
  [1, false],
  [undefined, false],
])('exit code %s with SuccessExitStatus=7 is a success: %s', (exitCode, success) => {
  expect(isSuccess({...service, successExitCodes: [7]}, exitCode)).toBe(success)
})
