import {stripVTControlCharacters} from 'node:util'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {CtlError, NotFoundError} from '../../src/lib/base/errors.ts'
import {type FulfilOptions, fulfil} from '../../src/lib/cli/fulfil.ts'
import {wishFor} from '../../src/lib/cluster/desire.ts'
import {submitUnits} from '../../src/lib/cluster/submit.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {assignmentEntry, leaderEntry, machineEntry, refusalEntry, stateEntry} from '../fakes/stored-cluster.ts'
import {outputOf} from './output.ts'

let store: MemoryStore
let ending: AbortController
beforeEach(() => {
  store = new MemoryStore()
  ending = new AbortController()
})
afterEach(() => {
  ending.abort()
  store.close()
})

const put = (...entries: readonly Entry[]) =>
  store.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )

/** Starts units whose file is the one that states and assignments of the tests speak of. */
const start = (...names: readonly string[]) =>
  submitUnits(
    store,
    names.map(name => ({name, text: 'a file', source: name})),
    {wish: {to: 'start', names}, replace: false, signal: ending.signal},
  )

/** Says that each unit runs, after a while in which nothing was known of it. */
const run = async (...names: readonly string[]) => {
  for (const name of names) await put(assignmentEntry(name), stateEntry(name, 'active/running'))
}

const refuse = async (name: string, reason: string) => {
  const [record] = (await store.get([keys.unit(name)])).entries
  await put(refusalEntry(name, reason, record?.modRevision ?? 0))
}

/** What is told and thrown when these units are started in a cluster of one machine, and `then` happens. */
async function starting(names: readonly string[], then: () => Promise<unknown>, options: Partial<FulfilOptions> = {}) {
  await put(machineEntry('m1'), leaderEntry)
  const {out, err, thrown} = await outputOf(() =>
    fulfil(store, {wish: 'start', block: true, signal: ending.signal, ...options}, async () => {
      const results = await start(...names)
      void then()
      return results
    }),
  )
  if (thrown !== undefined && !(thrown instanceof CtlError)) throw thrown
  return {out, err: stripVTControlCharacters(err), exit: thrown?.exitCode ?? 0, message: thrown?.message, hint: thrown?.hint}
}

test('what comes true is told on stdout, once for each unit', async () => {
  const told = await starting(['a.service', 'b.service'], () => run('b.service', 'a.service'))
  expect(told.out.trim().split('\n').sort()).toEqual([
    'Unit a.service launched on one/10.0.0.1',
    'Unit b.service launched on one/10.0.0.1',
  ])
  expect(told).toMatchObject({err: '', exit: 0})
})

test('a unit that fails: exit 8, with its last lines on stderr', async () => {
  const log = ['first', 'second']
  const told = await starting(['a.service', 'b.service'], async () => {
    await run('a.service')
    await put(assignmentEntry('b.service'), stateEntry('b.service', 'failed/failed', {reason: 'ended with exit code 3', log}))
  })
  expect(told).toEqual({
    out: 'Unit a.service launched on one/10.0.0.1\n',
    err: 'Unit b.service failed on one/10.0.0.1: ended with exit code 3\n    first\n    second\n',
    exit: 8,
    message: '1 of 2 units failed: b.service',
    hint: '`ctl status UNIT` shows more',
  })
})

test('a unit that is tried again and again: exit 8', async () => {
  const told = await starting(['a.service'], () =>
    put(assignmentEntry('a.service'), stateEntry('a.service', 'activating/auto-restart')),
  )
  expect(told).toMatchObject({exit: 8, err: 'Unit a.service fails on one/10.0.0.1; it goes on being tried\n'})
})

test('a unit that has no place: exit 7, with the reason and the machine that comes nearest', async () => {
  const told = await starting(['a.service'], () => refuse('a.service', '1 machine: 1 lacks role=db'))
  expect(told).toMatchObject({
    out: '',
    err: 'Unit a.service cannot be placed: 1 machine: 1 lacks role=db\n    nearest: one: lacks the systemd driver\n',
    exit: 7,
    message: '1 of 1 unit cannot be placed: a.service',
    hint: expect.stringContaining('ctl unload'),
  })
})

test('a cluster without machines: exit 7', async () => {
  const {thrown} = await outputOf(() =>
    fulfil(store, {wish: 'start', block: true, signal: ending.signal}, () => start('a.service')),
  )
  expect(thrown).toMatchObject({exitCode: 7})
})

test('what is not done in time: exit 6, with how far it came', async () => {
  const told = await starting(['a.service', 'b.service'], () => run('a.service'), {timeoutSeconds: 0.1})
  expect(told).toEqual({
    out: 'Unit a.service launched on one/10.0.0.1\n',
    err: '',
    exit: 6,
    message: '1 of 2 units not done within 0.1 s: b.service (waiting for a place)',
    hint: '`ctl list-units` shows how it goes on',
  })
})

test('^C: exit 6, with how to follow on', async () => {
  const told = await starting(['a.service'], async () => ending.abort())
  expect(told).toMatchObject({
    exit: 6,
    message: 'stopped waiting for 1 of 1 unit; the cluster goes on with: ctl start a.service',
    hint: '`ctl list-units` shows how it goes on',
  })
})

test('^C in the moment in which all is done changes nothing', async () => {
  await put(machineEntry('m1'), leaderEntry)
  const results = await start('a.service')
  await run('a.service')
  const options = {wish: 'start', block: true, signal: ending.signal} as const
  const {thrown} = await outputOf(
    () => fulfil(store, options, async () => results),
    () => ending.abort(),
  )
  expect(ending.signal.aborted).toBe(true)
  expect(thrown).toBeUndefined()
})

test('a failure counts more than what is refused or not in time', async () => {
  const told = await starting(
    ['a.service', 'b.service', 'c.service'],
    async () => {
      await put(assignmentEntry('a.service'), stateEntry('a.service', 'failed/failed'))
      await refuse('b.service', 'so')
    },
    {timeoutSeconds: 0.1},
  )
  expect(told).toMatchObject({exit: 8, message: '1 of 3 units failed: a.service'})
  expect(told.err).toContain('Unit b.service cannot be placed: so\n')
})

test('many are not all named', async () => {
  const names = Array.from({length: 8}, (_, at) => `web@${at}.service`)
  const told = await starting(names, async () => {
    for (const name of names) await refuse(name, 'so')
  })
  expect(told.message).toBe(
    '8 of 8 units cannot be placed: web@0.service web@1.service web@2.service web@3.service web@4.service and 3 more',
  )
})

test('--no-block says what was asked for and waits for nothing', async () => {
  const told = await starting(['a.service', 'b.service'], async () => {}, {block: false})
  expect(told).toMatchObject({
    out: 'Triggered unit a.service start\nTriggered unit b.service start\n',
    err: '',
    exit: 0,
  })
})

test.each([true, false])('what cannot be asked for is thrown as it is, with nothing told (block: %s)', async block => {
  const {signal} = ending
  const told = await outputOf(() =>
    fulfil(store, {wish: 'stop', block, signal}, () => wishFor(store, ['a.service'], 'stop', signal)),
  )
  expect(told).toMatchObject({out: '', err: '', thrown: expect.any(NotFoundError)})
})

test('destroying waits until the unit is gone', async () => {
  await put(machineEntry('m1'), leaderEntry)
  await start('a.service')
  await run('a.service')
  const {signal} = ending
  const told = await outputOf(() =>
    fulfil(store, {wish: 'destroy', block: true, signal}, async () => {
      const results = await wishFor(store, ['a.service'], 'destroy', signal)
      const gone = [keys.assignment('m1', 'a.service'), keys.state('m1', 'a.service')]
      void store.commit(
        [],
        gone.map(key => ({kind: 'delete', key})),
      )
      return results
    }),
  )
  expect(told).toEqual({out: 'Unit a.service destroyed\n', err: '', thrown: undefined})
})

test('nothing asked for is done at once', async () => {
  const told = await outputOf(() => fulfil(store, {wish: 'start', block: true, signal: ending.signal}, async () => []))
  expect(told).toEqual({out: '', err: '', thrown: undefined})
})
