import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {currentState} from '../../../src/lib/api/fleet/current-state.ts'
import type {DesiredState} from '../../../src/lib/cluster/model.ts'
import type {Entry} from '../../../src/lib/store/store.ts'
import {assignmentEntry, machineEntry, recordEntry, stateEntry, viewOf} from '../../fakes/stored-cluster.ts'
import {FleetBench} from './fleet-bench.ts'

describe('the current state', () => {
  const of = (desiredState: DesiredState, ...entries: readonly Entry[]) => {
    const view = viewOf(recordEntry('a.service', {desiredState, generation: 1}), ...entries)
    const record = view.units.get('a.service')
    if (record === undefined) throw new Error('no record')
    return currentState(record, {assignments: [...view.allAssignments()], states: [...view.allStates()]})
  }
  const launched = assignmentEntry('a.service')
  const loaded = assignmentEntry('a.service', 'm1', {desiredState: 'loaded'})
  const state = (words: string, parts: Parameters<typeof stateEntry>[2] = {}) => stateEntry('a.service', words, parts)

  test.each<{name: string; wanted: DesiredState; entries: Entry[]; now: DesiredState}>([
    {name: 'no place', wanted: 'launched', entries: [], now: 'inactive'},
    {name: 'a place, and nothing said of it', wanted: 'launched', entries: [launched], now: 'inactive'},
    {name: 'starting', wanted: 'launched', entries: [launched, state('activating/start')], now: 'loaded'},
    {name: 'running', wanted: 'launched', entries: [launched, state('active/running')], now: 'launched'},
    {name: 'failed', wanted: 'launched', entries: [launched, state('failed/failed')], now: 'launched'},
    {name: 'failing again and again', wanted: 'launched', entries: [launched, state('activating/auto-restart')], now: 'launched'},
    {
      name: 'not to be had',
      wanted: 'launched',
      entries: [launched, state('inactive/dead', {load: 'not-found'})],
      now: 'launched',
    },
    {name: 'not begun', wanted: 'launched', entries: [launched, state('inactive/dead')], now: 'loaded'},
    {name: 'run to its end', wanted: 'launched', entries: [launched, state('inactive/dead', {exitCode: 0})], now: 'launched'},
    {
      name: 'a oneshot that is done',
      wanted: 'launched',
      entries: [launched, state('inactive/dead', {done: true})],
      now: 'launched',
    },
    {name: 'done, and without a place', wanted: 'launched', entries: [state('inactive/dead', {done: true})], now: 'launched'},
    {
      name: 'running from an earlier start',
      wanted: 'launched',
      entries: [launched, state('active/running', {generation: 0})],
      now: 'loaded',
    },
    {name: 'loaded', wanted: 'loaded', entries: [loaded, state('inactive/dead')], now: 'loaded'},
    {name: 'being stopped', wanted: 'loaded', entries: [loaded, state('deactivating/stop')], now: 'launched'},
    {name: 'to be stopped, running yet', wanted: 'loaded', entries: [loaded, state('active/running')], now: 'launched'},
    {name: 'on its way out', wanted: 'inactive', entries: [state('deactivating/stop')], now: 'loaded'},
  ])('$name: $now', ({wanted, entries, now}) => {
    expect(of(wanted, ...entries)).toBe(now)
  })
})

describe('the API of states', () => {
  let bench: FleetBench
  beforeEach(() => {
    bench = new FleetBench()
  })
  afterEach(() => bench.close())

  const shortly = async (query = '') => {
    const {json} = await bench.call(`GET /fleet/v1/state${query}`)
    const {states = []} = json as {states?: {name: string; machineID: string}[]}
    return states.map(({name, machineID}) => `${name} ${machineID}`)
  }

  test('lists by unit, then machine, and by what is asked for', async () => {
    await bench.put(
      machineEntry('m2'),
      machineEntry('m1'),
      stateEntry('b.service', 'active/running', {machine: 'm1'}),
      stateEntry('a.service', 'active/running', {machine: 'm2'}),
      stateEntry('a.service', 'active/running', {machine: 'm1'}),
    )
    expect(await shortly()).toEqual(['a.service m1', 'a.service m2', 'b.service m1'])
    expect(await shortly('?machineID=m1')).toEqual(['a.service m1', 'b.service m1'])
    expect(await shortly('?unitName=a.service')).toEqual(['a.service m1', 'a.service m2'])
    expect(await shortly('?unitName=a.service&machineID=m2')).toEqual(['a.service m2'])
    expect(await shortly('?unitName=c.service')).toEqual([])
  })

  test('does not show what a lost machine said', async () => {
    await bench.put(machineEntry('m1'), recordEntry('a.service'), stateEntry('a.service', 'active/running', {machine: 'lost'}))
    expect(await shortly()).toEqual([])
    expect((await bench.call('GET /fleet/v1/state/a.service')).body).toBe('{"name":"a.service"}')
  })

  test('answers for one unit with its state where it is placed', async () => {
    await bench.put(
      machineEntry('m1'),
      machineEntry('m2'),
      recordEntry('a.service'),
      assignmentEntry('a.service', 'm2'),
      stateEntry('a.service', 'deactivating/stop', {machine: 'm1'}),
      stateEntry('a.service', 'active/running', {machine: 'm2'}),
    )
    expect((await bench.call('GET /fleet/v1/state/a.service')).json).toEqual({
      machineID: 'm2',
      name: 'a.service',
      systemdActiveState: 'active',
      systemdLoadState: 'loaded',
      systemdSubState: 'running',
    })
  })

  test('answers 404 for a unit that is not known', async () => {
    expect(await bench.call('GET /fleet/v1/state/a.service')).toMatchObject({
      status: 404,
      json: {error: {message: 'unit does not exist'}},
    })
  })

  test('goes on behind the last of a page, in the midst of a global unit', async () => {
    const machines = Array.from({length: 150}, (_, at) => `m${String(at).padStart(3, '0')}`)
    await bench.put(...machines.flatMap(machine => [machineEntry(machine), stateEntry('g.service', 'active/running', {machine})]))
    const first = (await bench.call('GET /fleet/v1/state')).json as {states: unknown[]; nextPageToken: string}
    expect(first.states).toHaveLength(100)
    expect(await shortly(`?nextPageToken=${first.nextPageToken}`)).toEqual(machines.slice(100).map(each => `g.service ${each}`))
  })
})
