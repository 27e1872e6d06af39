import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {unitText} from '../../fakes/situation.ts'
import {
  assignmentEntry,
  leaderEntry,
  machineEntry,
  machineSettingsEntry,
  refusalEntry,
  stateEntry,
} from '../../fakes/stored-cluster.ts'
import {ApiRoom, type Json, known} from './api-room.ts'

let room: ApiRoom
let store: MemoryStore
beforeEach(async () => {
  store = new MemoryStore()
  room = await ApiRoom.open(store)
})
afterEach(async () => {
  await room.close()
  store.close()
})

const names = (rows: readonly Json[], key = 'unit') => rows.map(row => row[key])

/** Three machines, six units: a placed one, a failed one, a global one, a refused one, a known one and a template. */
async function furnish(): Promise<void> {
  await room.write(
    ...known('web@1.service'),
    ...known('web@2.service'),
    ...known('db.service'),
    ...known('agent.service', unitText('', {more: '[X-Fleet]\nGlobal=true'})),
    ...known('web@.service', unitText(), {desiredState: 'inactive'}),
    ...known('idle.service', unitText(), {desiredState: 'inactive'}),
  )
  await room.entries(
    machineEntry('m1', {name: 'one'}),
    machineEntry('m2', {name: 'two', metadata: {role: 'db'}}),
    machineEntry('m10', {name: 'ten'}),
    machineSettingsEntry('m2', {cordoned: true, metadata: {zone: '2'}}),
    leaderEntry,
    assignmentEntry('web@1.service', 'm1'),
    assignmentEntry('web@2.service', 'm2'),
    assignmentEntry('agent.service', 'm1'),
    assignmentEntry('agent.service', 'm2'),
    stateEntry('web@1.service', 'active/running', {machine: 'm1'}),
    stateEntry('web@2.service', 'failed/failed', {machine: 'm2', exitCode: 1, log: ['it broke']}),
    stateEntry('agent.service', 'active/running', {machine: 'm1'}),
    refusalEntry('db.service', '3 machines: 3 lack disk=ssd'),
  )
}

describe('lists', () => {
  test('an empty cluster has empty lists', async () => {
    for (const list of ['units', 'states', 'machines'])
      expect(await room.json(`/v1/${list}`)).toEqual({revision: store.revision, [list]: [], next: null})
  })

  test('units say what is wanted of them, where they are and why', async () => {
    await furnish()
    const {units, revision, next} = await room.json('/v1/units')
    expect(names(units)).toEqual([
      'agent.service',
      'db.service',
      'idle.service',
      'web@.service',
      'web@1.service',
      'web@2.service',
    ])
    expect({revision, next}).toEqual({revision: store.revision, next: null})
    expect(units[0]).toMatchObject({global: true, state: null, target: 'global', targetMachine: null})
    expect(units[1]).toMatchObject({
      desiredState: 'launched',
      state: 'inactive',
      target: null,
      reason: '3 machines: 3 lack disk=ssd',
    })
    expect(units[4]).toMatchObject({
      state: 'launched',
      target: 'one/10.0.0.1',
      targetMachine: 'm1',
      reason: 'least loaded',
      generation: 1,
    })
    expect(units[4].version).toBe(2)
  })

  test('states are the rows of list-units', async () => {
    await furnish()
    const {states} = await room.json('/v1/states')
    expect(states.map((row: Json) => `${row.unit} ${row.machine} ${row.active}/${row.sub}`)).toEqual([
      'agent.service m1 active/running',
      'agent.service m2 inactive/dead',
      'db.service null inactive/unplaced',
      'web@1.service m1 active/running',
      'web@2.service m2 failed/failed',
    ])
  })

  test("each unit's own states are those of the list", async () => {
    await furnish()
    await room.entries(assignmentEntry('idle.service', 'lost'), stateEntry('db.service', 'active/running', {machine: 'gone'}))
    for (const {unit} of (await room.json('/v1/units')).units) {
      const {states} = await room.json(`/v1/states?name=${unit}`)
      expect((await room.json(`/v1/units/${unit}`)).states).toEqual(states)
    }
  })

  test('machines are the rows of list-machines', async () => {
    await furnish()
    const {machines} = await room.json('/v1/machines')
    expect(names(machines, 'machine')).toEqual(['m1', 'm2', 'm10'])
    expect(machines[1]).toMatchObject({status: 'cordoned', metadata: {role: 'db', zone: '2'}, units: 2})
  })

  test.each([
    ['/v1/units?name=web@*', ['web@.service', 'web@1.service', 'web@2.service']],
    ['/v1/units?name=db.service', ['db.service']],
    ['/v1/units?name=nothing*', []],
    ['/v1/units?machine=m2', ['web@2.service']],
    ['/v1/units?machine=m1,m2', ['web@1.service', 'web@2.service']],
    ['/v1/units?state=inactive', ['idle.service', 'web@.service']],
    ['/v1/units?state=launched&name=web*', ['web@1.service', 'web@2.service']],
    ['/v1/states?state=failed', ['web@2.service']],
    ['/v1/states?machine=m1', ['agent.service', 'web@1.service']],
    ['/v1/states?name=agent*&machine=m2', ['agent.service']],
  ])('%s', async (path, expected) => {
    await furnish()
    const answer = await room.json(path)
    expect(names(answer.units ?? answer.states)).toEqual(expected)
  })

  test.each([
    ['/v1/machines?name=t*', ['m2', 'm10']],
    ['/v1/machines?state=ready', ['m1', 'm10']],
    ['/v1/machines?machine=m10', ['m10']],
  ])('%s', async (path, expected) => {
    await furnish()
    expect(names((await room.json(path)).machines, 'machine')).toEqual(expected)
  })

  test.each([
    ['/v1/units?limit=0', 'limit: "0" is no number from 1 to 1000'],
    ['/v1/units?limit=many', 'limit: "many" is no number from 1 to 1000'],
    ['/v1/units?cursor=%00', 'cursor: this is none'],
    ['/v1/units?cursor=W10', 'cursor: this is none'],
    ['/v1/units?name=[', 'name: "[" is no glob'],
    ['/v1/units?state=running', 'state: "running" is none of inactive, loaded, launched'],
    ['/v1/units?machin=a', 'unknown parameter "machin"'],
    ['/v1/units?limit=1&limit=2', 'the parameter limit is given twice'],
    ['/v1/units?wait=1s', 'wait goes with since'],
    ['/v1/units?since=1&wait=1h', 'wait: "1h" is no time of at most 10 minutes'],
    ['/v1/units?since=yesterday', 'since: "yesterday" is no revision'],
  ])('%s is refused', async (path, message) => {
    const {error} = await room.json(path, {status: 400})
    expect(error).toMatchObject({code: 'usage', message})
  })

  test('every answer says its revision', async () => {
    await furnish()
    const {headers, json} = await room.call('/v1/units')
    expect(headers.get('meissa-revision')).toBe(String(json.revision))
  })
})

describe('pages', () => {
  const pages = async (path: string): Promise<readonly (readonly string[])[]> => {
    const found: (readonly string[])[] = []
    for (let next: string | null = ''; next !== null; ) {
      const page: Json = await room.json(`${path}&cursor=${next}`.replace('&cursor=', next === '' ? '' : '&cursor='))
      found.push(names(page.units ?? page.states))
      next = page.next
    }
    return found
  }

  test('hold what was asked for, in order, each thing once', async () => {
    for (let at = 1; at <= 25; at++) await room.write(...known(`web@${at}.service`))
    const found = await pages('/v1/units?limit=10')
    expect(found.map(page => page.length)).toEqual([10, 10, 5])
    expect(found.flat()).toEqual(Array.from({length: 25}, (_, at) => `web@${at + 1}.service`))
    expect((await pages('/v1/units?limit=5&name=web@?.service')).map(page => page.length)).toEqual([5, 4])
  })

  test('are told apart by unit and machine', async () => {
    await furnish()
    expect((await pages('/v1/states?limit=1')).flat()).toEqual([
      'agent.service',
      'agent.service',
      'db.service',
      'web@1.service',
      'web@2.service',
    ])
  })

  test('go on where they were when things come and go between', async () => {
    await furnish()
    const {next} = await room.json('/v1/units?limit=3')
    await room.write({kind: 'delete', key: 'units/idle.service'}, ...known('aaa.service'), ...known('web@0.service'))
    expect(names((await room.json(`/v1/units?cursor=${next}`)).units)).toEqual([
      'web@.service',
      'web@0.service',
      'web@1.service',
      'web@2.service',
    ])
  })
})

describe('waiting for a change', () => {
  test('answers at once when something changed already', async () => {
    await furnish()
    expect(await room.json('/v1/units?since=1&wait=10s')).toMatchObject({changed: true, revision: store.revision})
  })

  test('answers when something that it shows changes', async () => {
    await furnish()
    const {revision} = await room.json('/v1/units?name=web@1*')
    const waiting = room.json(`/v1/units?name=web@1*&since=${revision}&wait=15s`)
    await room.write(...known('db.service', unitText('RestartSec=3')))
    const written = await room.write(...known('web@1.service', unitText('RestartSec=3')))
    const answer = await waiting
    expect(answer.changed).toBe(true)
    expect(answer.revision).toBeGreaterThanOrEqual(written)
  })

  test('says when nothing did', async () => {
    await furnish()
    const {revision, machines} = await room.json('/v1/machines')
    await room.write(...known('db.service', unitText('RestartSec=3')))
    const answer = await room.json(`/v1/machines?since=${revision}&wait=200ms`)
    expect(answer).toMatchObject({changed: false, machines})
  })

  test('hundreds who wait all hear of it', async () => {
    await furnish()
    const {revision} = await room.json('/v1/states')
    const waiting = Array.from({length: 200}, () => room.json(`/v1/states?since=${revision}&wait=15s`))
    await room.entries(stateEntry('web@1.service', 'failed/failed', {machine: 'm1'}))
    for (const answer of await Promise.all(waiting)) expect(answer.changed).toBe(true)
  })
})
