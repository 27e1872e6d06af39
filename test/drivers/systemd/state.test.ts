import {describe, expect, test} from 'vitest'
import {propertiesFrom, remembered, type Said, type UnitProperties} from '../../../src/lib/drivers/systemd/properties.ts'
import {runFrom} from '../../../src/lib/drivers/systemd/state.ts'

const mark = {cluster: 'c', machine: 'm', identity: {runHash: 'abc', generation: 1}, file: 'f'}
const running: UnitProperties = {
  load: 'loaded',
  loadError: '',
  active: 'active',
  sub: 'running',
  queued: false,
  invocation: 'i1',
  fragment: '/run/systemd/system/web.service',
  needsReload: false,
  leftInactive: 1_000_000,
  inactiveSince: 0,
  conditionsMet: true,
  conditionsTested: 900_000,
  result: 'success',
  exitKind: 0,
  exitStatus: 0,
  restarts: 0,
}
const ended = {...running, active: 'inactive', sub: 'dead', inactiveSince: 2_000_000, exitKind: 1}
const failed = {...ended, active: 'failed', sub: 'failed', result: 'exit-code', exitStatus: 3}
const forgotten = {
  ...ended,
  invocation: '',
  leftInactive: 0,
  inactiveSince: 0,
  conditionsMet: false,
  conditionsTested: 0,
  exitKind: 0,
}
const run = (properties: UnitProperties, launched = true, unit = 'web.service') => runFrom(unit, {mark, launched}, properties)
const words = (properties: UnitProperties, launched = true) => {
  const {phase, exitCode, supervised} = run(properties, launched)
  return [
    phase,
    `${supervised?.active}/${supervised?.sub}`,
    ...(exitCode === undefined ? [] : [exitCode]),
    ...((supervised?.reason ?? '') ? [supervised?.reason] : []),
  ].join(' ')
}

test.each<[string, UnitProperties, string]>([
  ['it runs', running, 'running active/running'],
  ['it is on its way', {...running, active: 'activating', sub: 'start-pre'}, 'running activating/start-pre'],
  ['it ended well', ended, 'exited inactive/dead 0'],
  ['it failed', failed, 'exited failed/failed 3 it exited with 3'],
  [
    'it was killed',
    {...failed, result: 'signal', exitKind: 2, exitStatus: 9},
    'exited failed/failed 137 it was killed by signal 9',
  ],
  [
    'it dumped its core',
    {...failed, result: 'core-dump', exitKind: 3, exitStatus: 11},
    'exited failed/failed 139 it was killed by signal 11',
  ],
  ['a command before it failed', {...failed, exitStatus: 0, exitKind: 0}, 'exited failed/failed one of its commands failed'],
  [
    'its start took too long',
    {...failed, result: 'timeout', exitKind: 0},
    'exited failed/failed it did not start or stop within its timeout',
  ],
  ['it failed in a way that is new', {...failed, result: 'novelty', exitKind: 0}, 'exited failed/failed it failed: novelty'],
  [
    'it is started anew',
    {...failed, active: 'activating', sub: 'auto-restart'},
    'running activating/auto-restart 3 it exited with 3',
  ],
  [
    'it waits for others',
    {...ended, queued: true, exitKind: 0},
    'running activating/dead it waits for other units that it comes after',
  ],
  ['it is forgotten, as only what ended well is', forgotten, 'exited inactive/dead 0'],
  [
    'its condition is not met',
    {...forgotten, conditionsTested: 5},
    'exited inactive/condition a Condition…= of it is not met on this machine',
  ],
  [
    'its file is no good',
    {...forgotten, load: 'bad-setting', loadError: 'no ListenStream='},
    'exited inactive/dead 0 no ListenStream=',
  ],
])('%s', (_, properties, expected) => {
  expect(words(properties)).toBe(expected)
})

test('what was never started has neither end nor code', () => {
  expect(words(forgotten, false)).toBe('created inactive/dead')
  expect(run(forgotten, false)).not.toHaveProperty('startedAt')
})

test('a mount that is gone has no exit code', () => {
  expect(run(forgotten, true, 'mnt-data.mount')).not.toHaveProperty('exitCode')
})

test('times are milliseconds, and the invocation is its id', () => {
  expect(run(ended)).toMatchObject({id: 'i1', startedAt: 1000, finishedAt: 2000})
  expect(run({...ended, invocation: ''})).toMatchObject({id: 'web.service'})
  expect(run(running)).not.toHaveProperty('finishedAt')
})

test('a refused start is told only as long as it is not launched', () => {
  const refusal = {reason: 'so', at: 5}
  expect(runFrom('a.service', {mark, launched: false}, forgotten, refusal).supervised?.refused).toEqual(refusal)
  expect(runFrom('a.service', {mark, launched: true}, running, refusal).supervised).not.toHaveProperty('refused')
})

describe('what systemd has forgotten', () => {
  const told: Said = {
    ActiveState: 'inactive',
    InactiveExitTimestamp: 1_000_000,
    InactiveEnterTimestamp: 2_000_000,
    ConditionResult: true,
    ConditionTimestamp: 900_000,
    ExecMainCode: 1,
    ExecMainStatus: 0,
    Result: 'success',
    InvocationID: Uint8Array.from([0xab, 0x01]),
  }

  test('is taken from what it told before', () => {
    expect(remembered(forgotten, told)).toMatchObject({
      leftInactive: 1_000_000,
      inactiveSince: 2_000_000,
      exitKind: 1,
      invocation: 'ab01',
    })
  })

  test('is not taken where it remembers by itself, or where the unit is up', () => {
    expect(remembered(failed, told)).toBe(failed)
    const up = {...forgotten, active: 'active'}
    expect(remembered(up, told)).toBe(up)
  })
})

test('properties of other types than they should have are as if they were missing', () => {
  const odd = propertiesFrom({
    LoadState: 7,
    Job: 'x',
    InvocationID: [0, 0],
    NRestarts: 'many',
    LoadError: ['', 'why'],
    ExecMainCode: 2n,
  })
  expect(odd).toMatchObject({load: '', queued: false, invocation: '', restarts: 0, loadError: 'why', exitKind: 2})
  expect(propertiesFrom({InvocationID: new Uint8Array(16)}).invocation).toBe('')
  expect(propertiesFrom({Job: [12, '/path']}).queued).toBe(true)
})
