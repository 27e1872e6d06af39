import {describe, expect, test} from 'vitest'
import type {Wish} from '../../src/lib/cluster/model.ts'
import {progressOf} from '../../src/lib/cluster/progress.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {
  assignmentEntry,
  holdEntry,
  leaderEntry,
  machineEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
  storedFile,
  viewOf,
} from '../fakes/stored-cluster.ts'

const name = 'a.service'
const m1 = machineEntry('m1')
const m2 = machineEntry('m2', {name: 'two', address: '10.0.0.2'})
const here = assignmentEntry(name)
const launched = recordEntry(name)
const loaded = recordEntry(name, {desiredState: 'loaded'})
const loadedHere = assignmentEntry(name, 'm1', {desiredState: 'loaded'})
const inactive = recordEntry(name, {desiredState: 'inactive'})
const other = fileHash('another')

type Row = readonly [name: string, entries: readonly Entry[], progress: string]

/** `done: launched on one/10.0.0.1`. The goal is the first generation, in the state that the wish is for. */
function progress(wish: Wish, entries: readonly Entry[]): string {
  const desired = {
    load: 'loaded',
    start: 'launched',
    stop: 'loaded',
    restart: 'launched',
    unload: 'inactive',
    destroy: undefined,
  } as const
  const desiredState = desired[wish]
  const record = desiredState === undefined ? undefined : {file: storedFile, desiredState, generation: 1}
  const {status, text} = progressOf(viewOf(...entries), {name, wish, record})
  return `${status}: ${text}`
}

describe('a start', () => {
  const on = (words: string, parts: Parameters<typeof stateEntry>[2] = {}) => [launched, m1, here, stateEntry(name, words, parts)]
  test.each<Row>([
    ['the unit is gone', [m1], 'failed: was destroyed by someone else meanwhile'],
    [
      'someone else started it anew',
      [m1, recordEntry(name, {generation: 2})],
      'failed: was started anew by someone else meanwhile',
    ],
    ['someone else stopped it', [m1, loaded], 'failed: was set to loaded by someone else meanwhile'],
    ['someone else replaced its file', [m1, recordEntry(name, {file: other}), leaderEntry], 'waiting: waiting for a place'],
    ['no machine is there', [launched], 'refused: no machine is registered: start `ctl agent` on one'],
    ['nobody leads', [launched, m1], 'waiting: waiting for an engine: no machine leads'],
    ['it has no place yet', [launched, m1, leaderEntry], 'waiting: waiting for a place'],
    ['it is refused', [launched, m1, refusalEntry(name, '1 machine: is cordoned')], 'refused: 1 machine: is cordoned'],
    [
      'it was refused before it changed',
      [launched, m1, leaderEntry, refusalEntry(name, 'so', 6)],
      'waiting: waiting for a place',
    ],
    ['it has a place', [launched, m1, here], 'waiting: waiting for one/10.0.0.1'],
    [
      'it is refused and has a place all the same',
      [launched, m1, here, refusalEntry(name, 'so')],
      'waiting: waiting for one/10.0.0.1',
    ],
    ['its machine is lost', [launched, m2, here], 'waiting: machine m1 is lost'],
    [
      'its machine is lost and the engine holds',
      [launched, m2, here, holdEntry('many are')],
      'waiting: machine m1 is lost; many are',
    ],
    [
      'its place is of an older generation',
      [recordEntry(name), m1, assignmentEntry(name, 'm1', {generation: 0})],
      'waiting: waiting for one/10.0.0.1',
    ],
    [
      'its place is of another file',
      [launched, m1, assignmentEntry(name, 'm1', {file: other}), stateEntry(name, 'active/running')],
      'waiting: waiting for one/10.0.0.1',
    ],
    [
      'its place is of another wish',
      [launched, m1, loadedHere, stateEntry(name, 'active/running')],
      'waiting: waiting for one/10.0.0.1',
    ],
    ['its state is of an older generation', on('active/running', {generation: 0}), 'waiting: waiting for one/10.0.0.1'],
    ['its state is of another file', on('active/running', {file: other}), 'waiting: waiting for one/10.0.0.1'],
    ['it runs', on('active/running'), 'done: launched on one/10.0.0.1'],
    ['it remains', on('active/exited', {exitCode: 0}), 'done: launched on one/10.0.0.1'],
    [
      'its image is being fetched',
      on('activating/start-pre', {reason: 'getting image app:1'}),
      'waiting: activating/start-pre on one/10.0.0.1: getting image app:1',
    ],
    ['it failed', on('failed/failed', {reason: 'it exited with 3'}), 'failed: failed on one/10.0.0.1: it exited with 3'],
    [
      'it fails',
      on('activating/auto-restart', {reason: 'it exited with 3, Restart=always'}),
      'failed: fails on one/10.0.0.1: it exited with 3, Restart=always; it goes on being tried',
    ],
    ['it ran to its end', on('inactive/dead', {exitCode: 0}), 'done: ran to its end on one/10.0.0.1'],
    ['it has not begun', on('inactive/dead'), 'waiting: inactive/dead on one/10.0.0.1'],
    ['it is a oneshot that succeeded', on('inactive/dead', {done: true, exitCode: 0}), 'done: succeeded on one/10.0.0.1'],
    [
      'its file cannot be understood there',
      on('inactive/dead', {load: 'bad-setting', reason: 'so'}),
      'failed: is bad-setting on one/10.0.0.1: so',
    ],
    [
      'it succeeded on a machine that is gone',
      [launched, m2, stateEntry(name, 'inactive/dead', {done: true})],
      'done: has succeeded',
    ],
    [
      'it succeeded in an older generation',
      [launched, m2, leaderEntry, stateEntry(name, 'inactive/dead', {done: true, generation: 0})],
      'waiting: waiting for a place',
    ],
  ])('%s', (_, entries, expected) => {
    expect(progress('start', entries)).toBe(expected)
    expect(progress('restart', entries)).toBe(expected)
  })

  test('tells the last lines of one that failed', () => {
    const view = viewOf(...on('failed/failed', {log: ['one']}))
    expect(progressOf(view, {name, wish: 'start', record: undefined})).toMatchObject({status: 'failed', log: ['one']})
  })

  test.each<[name: string, there: string, expected: string]>([
    ['it runs everywhere', 'active/running', 'done: launched on one/10.0.0.1'],
    ['it has failed on one', 'failed/failed', 'failed: failed on two/10.0.0.2'],
    ['it waits for one', 'activating/start', 'waiting: activating/start on two/10.0.0.2'],
  ])('of a global unit: %s', (_, there, expected) => {
    const second = [assignmentEntry(name, 'm2'), stateEntry(name, there, {machine: 'm2'})]
    expect(progress('start', [...on('active/running'), m2, ...second])).toBe(expected)
  })
})

describe('a stop', () => {
  const on = (words: string, parts: Parameters<typeof stateEntry>[2] = {}) => [
    loaded,
    m1,
    loadedHere,
    stateEntry(name, words, parts),
  ]
  test.each<Row>([
    ['it runs on', on('active/running'), 'waiting: active/running on one/10.0.0.1'],
    ['it is being stopped', on('deactivating/stop-sigterm'), 'waiting: deactivating/stop-sigterm on one/10.0.0.1'],
    ['it has stopped', on('inactive/dead'), 'done: loaded on one/10.0.0.1'],
    ['it had failed', on('failed/failed'), 'done: loaded on one/10.0.0.1'],
    ['it was done and remains', on('active/exited', {done: true}), 'done: loaded on one/10.0.0.1'],
    ['its machine has not heard', [loaded, m1, here, stateEntry(name, 'active/running')], 'waiting: waiting for one/10.0.0.1'],
    ['someone else started it', [m1, launched], 'failed: was set to launched by someone else meanwhile'],
  ])('%s', (_, entries, expected) => {
    expect(progress('stop', entries)).toBe(expected)
  })

  test('of what has no place and wants none is done as it stands', () => {
    const record = {file: storedFile, desiredState: 'inactive', generation: 1} as const
    expect(progressOf(viewOf(inactive, m1), {name, wish: 'stop', record})).toEqual({status: 'done', text: 'inactive'})
    const onItsWay = viewOf(inactive, m1, here, stateEntry(name, 'active/running'))
    expect(progressOf(onItsWay, {name, wish: 'stop', record})).toMatchObject({status: 'waiting'})
  })
})

describe('a load', () => {
  test.each<Row>([
    ['it has a place', [loaded, m1, loadedHere], 'waiting: waiting for one/10.0.0.1'],
    ['its machine has it', [loaded, m1, loadedHere, stateEntry(name, 'inactive/dead')], 'done: loaded on one/10.0.0.1'],
    ['it is refused', [loaded, m1, refusalEntry(name, 'so')], 'refused: so'],
  ])('%s', (_, entries, expected) => {
    expect(progress('load', entries)).toBe(expected)
  })

  test('what was loaded or launched before is done as it stands', () => {
    const view = viewOf(launched, m1, here, stateEntry(name, 'active/running'))
    const record = {file: storedFile, desiredState: 'launched', generation: 1} as const
    expect(progressOf(view, {name, wish: 'load', record})).toEqual({status: 'done', text: 'loaded on one/10.0.0.1'})
  })
})

describe.each<[Wish, Entry | undefined, string]>([
  ['unload', inactive, 'inactive'],
  ['destroy', undefined, 'destroyed'],
])('to %s', (wish, record, word) => {
  const given = record === undefined ? [] : [record]
  test.each<Row>([
    ['it still has its place', [m1, here, stateEntry(name, 'active/running')], 'waiting: waiting for one/10.0.0.1 to stop it'],
    ['it is being stopped', [m1, stateEntry(name, 'deactivating/stop-sigterm')], 'waiting: one/10.0.0.1 is stopping it'],
    ['it is gone', [m1], `done: ${word}`],
    ['it was on a machine that is lost', [m2, stateEntry(name, 'active/running')], `done: ${word}`],
    ['others are of no concern', [m1, assignmentEntry('b.service'), stateEntry('b.service', 'active/running')], `done: ${word}`],
  ])('%s', (_, entries, expected) => {
    expect(progress(wish, [...given, ...entries])).toBe(expected)
  })
})
