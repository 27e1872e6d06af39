import {describe, expect, test} from 'vitest'
import {datedState, reportUnit, reportUnreadable} from '../../src/lib/agent/report.ts'
import type {Memory, Wanted} from '../../src/lib/agent/situation.ts'
import type {StepKind} from '../../src/lib/agent/step.ts'
import {quietMilliseconds, type Report, settleMilliseconds} from '../../src/lib/agent/telling.ts'
import type {UnitState} from '../../src/lib/cluster/model.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {endedRun, logOf, memoryFor, now, runOf, type SituationParts, situationOf, unitText, wantedOf} from '../fakes/situation.ts'

interface Given extends Pick<SituationParts, 'disconnected'> {
  readonly wanted: Wanted
  readonly run?: Run
  readonly memory?: Memory
  readonly doing?: StepKind
  /** Milliseconds since it was begun; long enough to be told unless given. */
  readonly doingFor?: number
}

function report({wanted, run, memory, doing, doingFor = quietMilliseconds, ...parts}: Given): Report {
  const name = wanted.unit.name
  const memories = memory === undefined ? {} : {[name]: memory}
  const situation = situationOf({wanted: [wanted], runs: run === undefined ? [] : [run], memories, ...parts})
  return reportUnit(situation, wanted, run, {machine: 'm1', doing: doing && {kind: doing, since: now - doingFor}})
}

/** `active/running`, then ` done` and `: reason`; or when it is about to be known. */
function words({state, wakeAt}: Report): string {
  if (state === undefined) return wakeAt === undefined ? 'as before' : `known in ${wakeAt - now} ms`
  const {active, sub, done, reason} = state
  const until = wakeAt === undefined ? '' : `, look again in ${wakeAt - now} ms`
  return `${active}/${sub}${done ? ' done' : ''}${reason === undefined ? '' : `: ${reason}`}${until}`
}

const more = '[X-Fleet]\nOnDisconnect=stop'
const web = wantedOf()
const always = wantedOf(unitText('Restart=always\nRestartSec=60\nStartLimitBurst=2'))
const remaining = wantedOf(unitText('RemainAfterExit=yes'))
const oneshot = wantedOf(unitText('Type=oneshot'))
const oneshotRemaining = wantedOf(unitText('Type=oneshot\nRemainAfterExit=yes'))
const loaded = wantedOf(unitText(), {desiredState: 'loaded'})
const healthy = wantedOf(unitText('', {container: 'HealthCmd=true\nNotify=healthy'}))
const checked = wantedOf(unitText('', {container: 'HealthCmd=true'}))
const singleton = wantedOf(unitText('', {more}))
const failed = endedRun(web, 3)
const crashed = endedRun(always, 3, 1_000)
const starts = [now - 3_000, now - 2_000]
const noImage = {ending: {at: now - 1_000, message: 'no such image'}}

describe('what the cluster hears of a unit', () => {
  test.each<[name: string, given: Given, words: string]>([
    ['its image is being fetched', {wanted: web, doing: 'prepare'}, 'activating/start-pre: getting image app:1'],
    [
      'the image of its next run is being fetched while it runs',
      {wanted: web, run: runOf(web), doing: 'prepare'},
      'activating/start-pre: getting image app:1',
    ],
    ['it is being started', {wanted: web, doing: 'start'}, 'activating/start'],
    ['it is being started for a moment', {wanted: web, doing: 'start', doingFor: 50}, `known in ${quietMilliseconds - 50} ms`],
    ['it is being stopped', {wanted: web, run: runOf(web), doing: 'stop'}, 'deactivating/stop-sigterm'],
    ['its old run is being removed', {wanted: web, doing: 'remove'}, 'as before'],
    ['its last lines are being kept', {wanted: web, run: failed, doing: 'collect'}, 'as before'],
    ['it runs', {wanted: web, run: runOf(web)}, 'active/running'],
    ['it is paused', {wanted: web, run: runOf(web, {phase: 'paused'})}, 'active/paused'],
    ['it has just begun to run', {wanted: web, run: runOf(web, {startedAt: now - 30})}, 'known in 70 ms'],
    ['it has held out', {wanted: web, run: runOf(web, {startedAt: now - settleMilliseconds})}, 'active/running'],
    [
      'its health is waited for',
      {wanted: healthy, run: runOf(healthy, {health: 'starting'})},
      'activating/start-post: waiting for its health check',
    ],
    [
      'its health is not known yet',
      {wanted: healthy, run: runOf(healthy)},
      'activating/start-post: waiting for its health check',
    ],
    ['it is healthy', {wanted: healthy, run: runOf(healthy, {health: 'healthy'})}, 'active/running'],
    ['its health is told and not waited for', {wanted: checked, run: runOf(checked, {health: 'unhealthy'})}, 'active/running'],
    ['a oneshot is at work', {wanted: oneshot, run: runOf(oneshot)}, 'activating/start'],
    ['a oneshot has succeeded', {wanted: oneshot, run: endedRun(oneshot, 0)}, 'inactive/dead done'],
    ['a oneshot has succeeded and remains', {wanted: oneshotRemaining, run: endedRun(oneshotRemaining, 0)}, 'active/exited done'],
    [
      'a oneshot has succeeded, its run is gone',
      {wanted: oneshotRemaining, memory: memoryFor(oneshotRemaining, {done: true})},
      'active/exited done',
    ],
    [
      'a oneshot has succeeded and is loaded only',
      {wanted: {...oneshot, desiredState: 'loaded'}, run: endedRun(oneshot, 0)},
      'inactive/dead done',
    ],
    ['it is loaded', {wanted: loaded}, 'inactive/dead'],
    ['it was stopped', {wanted: loaded, run: endedRun(loaded, 137)}, 'inactive/dead'],
    ['it ran to its end', {wanted: web, run: endedRun(web, 0)}, 'inactive/dead: it exited with 0'],
    ['it ran to its end and remains', {wanted: remaining, run: endedRun(remaining, 0)}, 'active/exited'],
    ['it failed, its last lines are not kept yet', {wanted: web, run: failed}, 'as before'],
    ['it failed', {wanted: web, run: failed, memory: memoryFor(web, logOf(failed))}, 'failed/failed: it exited with 3'],
    [
      'it was killed for want of memory',
      {wanted: web, run: {...failed, exitCode: 137, oomKilled: true}, memory: memoryFor(web, logOf(failed))},
      'failed/failed: it was killed for want of memory (exit code 137)',
    ],
    [
      'it failed and is started again later',
      {wanted: always, run: crashed, memory: memoryFor(always, logOf(crashed))},
      'activating/auto-restart: it exited with 3, Restart=always',
    ],
    [
      'it ended and is started again later',
      {wanted: always, run: endedRun(always, 0, 1_000), memory: memoryFor(always)},
      'activating/auto-restart: it exited with 0, Restart=always',
    ],
    [
      'its start limit is hit',
      {
        wanted: wantedOf(unitText('Restart=always\nStartLimitBurst=2')),
        run: crashed,
        memory: memoryFor(wantedOf(unitText('Restart=always\nStartLimitBurst=2')), {starts, ...logOf(crashed)}),
      },
      'failed/failed: it exited with 3; started 2 times within 10 s: the start limit is hit',
    ],
    ['its image could not be had', {wanted: web, memory: memoryFor(web, noImage)}, 'failed/failed: no such image'],
    [
      'its image could not be had and is tried again',
      {wanted: always, memory: memoryFor(always, noImage)},
      'activating/auto-restart: no such image, Restart=always',
    ],
    [
      'it could not be started, and its run was made',
      {wanted: web, run: runOf(web, {phase: 'created', error: 'port is taken'}), memory: memoryFor(web, noImage)},
      'failed/failed: no such image',
    ],
    ['it is about to be started', {wanted: web}, 'as before'],
    ['it was made and is about to be started', {wanted: web, run: runOf(web, {phase: 'created'})}, 'as before'],
    ['the machine is cut off and it runs on', {wanted: web, run: runOf(web), disconnected: true}, 'active/running'],
    [
      'the machine is cut off and it is stopped for that',
      {wanted: singleton, disconnected: true},
      'inactive/dead: the cluster is out of reach',
    ],
    [
      'the memory is another generation’s',
      {wanted: web, memory: memoryFor(wantedOf(unitText(), {generation: 2}), noImage)},
      'as before',
    ],
  ])('%s', (_, given, expected) => {
    expect(words(report(given))).toBe(expected)
  })

  test('the whole of one that runs', () => {
    const run = runOf(web, {health: 'healthy'})
    const memory = memoryFor(web, {restarts: 2, starts: [now - 60_000, now - 9_000], ...logOf(failed)})
    expect(report({wanted: web, run, memory}).state).toEqual({
      machine: 'm1',
      unit: 'web.service',
      load: 'loaded',
      active: 'active',
      sub: 'running',
      file: web.file,
      generation: 1,
      restarts: 2,
      starts: [now - 9_000],
      container: run.id,
      health: 'healthy',
    })
  })

  test('the starts that led to its end do not age', () => {
    const starts = [now - 95_000, now - 85_000, now - 61_000]
    const of = (run: Run, parts: Partial<Memory> = {}) =>
      report({wanted: always, run, memory: memoryFor(always, {starts, ...logOf(run), ...parts})}).state?.starts
    expect(of(endedRun(always, 3, 60_000))).toEqual([now - 61_000])
    expect(of(endedRun(always, 3, 80_000))).toEqual([now - 85_000, now - 61_000])
    expect(of(endedRun(always, 3, 1), {ending: {at: now - 60_000}})).toEqual([now - 61_000])
    expect(of(runOf(always))).toEqual([])
  })

  test('the last lines are told only of one that failed', () => {
    const log = ['the last line']
    const of = (wanted: Wanted, run: Run) => report({wanted, run, memory: memoryFor(wanted, logOf(run))}).state
    expect(of(web, failed)).toMatchObject({log, exitCode: 3})
    expect(of(always, crashed)).toMatchObject({log, exitCode: 3})
    expect(of(web, runOf(web))).not.toHaveProperty('log')
    expect(of(web, endedRun(web, 0))).not.toHaveProperty('log')
  })

  test('the health of a run that has ended is not told', () => {
    expect(report({wanted: checked, run: endedRun(checked, 0, 1, {health: 'healthy'})}).state).not.toHaveProperty('health')
  })

  test('why it could not be started is told apart from the reason', () => {
    expect(report({wanted: always, memory: memoryFor(always, noImage)}).state).toMatchObject({startError: 'no such image'})
    expect(report({wanted: web, run: failed, memory: memoryFor(web, logOf(failed))}).state).not.toHaveProperty('startError')
  })

  test('a file that cannot be understood', () => {
    const why = {file: web.file, generation: 3, reason: 'Image= is missing'}
    expect(reportUnreadable('web.service', 'm1', why)).toMatchObject({
      load: 'bad-setting',
      active: 'inactive',
      sub: 'dead',
      ...why,
    })
  })
})

describe('the time of a state', () => {
  const state = report({wanted: web, run: runOf(web)}).state
  if (state === undefined) throw new Error('it is known')
  const last: UnitState = {...state, since: now - 5_000}
  test.each<[string, UnitState | undefined, number]>([
    ['there was none before', undefined, now],
    ['it is the same', last, now - 5_000],
    ['its health has changed', {...last, health: 'starting'}, now - 5_000],
    ['its activity has changed', {...last, active: 'activating'}, now],
    ['what it does has changed', {...last, sub: 'paused'}, now],
    ['it was started anew', {...last, generation: 0}, now],
  ])('%s', (_, before, since) => {
    expect(datedState(state, before, now)).toEqual({...state, since})
  })
})
