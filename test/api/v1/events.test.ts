import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {keys} from '../../../src/lib/store/keys.ts'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {
  assignmentEntry,
  holdEntry,
  leaderEntry,
  machineEntry,
  machineSettingsEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
} from '../../fakes/stored-cluster.ts'
import {until} from '../../fakes/until.ts'
import {ApiRoom, type EventReader, type Json, known} from './api-room.ts'

let room: ApiRoom
let store: MemoryStore
const readers: EventReader[] = []
beforeEach(async () => {
  store = new MemoryStore()
  room = await ApiRoom.open(store)
})
afterEach(async () => {
  await Promise.all(readers.splice(0).map(reader => reader.cancel()))
  await room.close()
  store.close()
})

async function read(query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
  const reader = await room.events(query, headers)
  readers.push(reader)
  return reader
}

const told = ({events}: EventReader): readonly string[] =>
  events
    .filter(({kind}: Json) => kind !== 'hello')
    .map(({kind, change, unit, machine, revision, id}: Json) =>
      [kind, change, unit, machine, revision, id && `#${id}`].filter(Boolean).join(' '),
    )

const hears = async (reader: EventReader, ...expected: readonly string[]): Promise<void> => {
  await until(expected.join(', '), () => told(reader).length >= expected.length).catch(error => {
    throw new Error(`${error.message}; heard: ${told(reader).join(', ')}`)
  })
  expect(told(reader)).toEqual(expected)
}

describe('events', () => {
  test('begin with the revision after which they tell', async () => {
    await room.entries(machineEntry('m1'))
    const reader = await read()
    await until('hello', () => reader.events.length === 1)
    expect(reader.events).toEqual([{kind: 'hello', revision: 2, id: 2}])
  })

  test('tell of everything in our words', async () => {
    const reader = await read()
    await room.write(...known('web.service'))
    await room.entries(
      machineEntry('m1', {name: 'one'}),
      machineSettingsEntry('m1', {cordoned: true}),
      assignmentEntry('web.service'),
      stateEntry('web.service', 'active/running', {container: 'c1'}),
      refusalEntry('db.service', 'nowhere'),
      leaderEntry,
      holdEntry('many are lost'),
    )
    await until('eight events', () => told(reader).length === 8)
    const values = Object.fromEntries(reader.events.map(({kind, value}: Json) => [kind, value]))
    const {file} = values.unit
    expect(values).toMatchObject({
      unit: {file, desiredState: 'launched', generation: 1, version: 2},
      machine: {name: 'one', address: '10.0.0.1', cpus: 2, leaving: false},
      settings: {cordoned: true, gone: false, metadata: {}},
      assignment: {desiredState: 'launched', generation: 1, reason: 'least loaded'},
      state: {active: 'active', sub: 'running', container: 'c1', health: null, exitCode: null},
      refusal: {reason: 'nowhere'},
      leader: {machine: 'm1'},
      hold: {reason: 'many are lost'},
    })
    expect(values.machine.session).toBeUndefined()
  })

  test('tell what is gone, and what cannot be read', async () => {
    await room.write(...known('web.service'))
    const reader = await read()
    await room.write({kind: 'put', key: 'units/web.service', value: '{"schema":9}'})
    await room.write({kind: 'delete', key: 'units/web.service'})
    await hears(reader, 'unit set web.service 3 #3', 'unit gone web.service 4 #4')
    expect(reader.events[1]).toMatchObject({value: null, problem: expect.stringContaining('newer Meissa')})
  })

  test('of one revision have its id on the last only', async () => {
    const reader = await read()
    await room.entries(stateEntry('a.service', 'active/running'), stateEntry('b.service', 'active/running'))
    await hears(reader, 'state set a.service m1 2', 'state set b.service m1 2 #2')
  })

  test.each([
    ['?kind=unit', ['unit set web.service 2 #2']],
    ['?kind=machine,state', ['machine set m2 3', 'state set web.service m1 3 #3']],
    ['?unit=web*', ['unit set web.service 2 #2', 'state set web.service m1 3 #3']],
    ['?machine=m1', ['state set web.service m1 3 #3']],
    ['?unit=nothing', []],
  ])('%s', async (query, expected) => {
    const reader = await read(query)
    const all = await read()
    await room.entries(recordEntry('web.service'))
    await room.entries(machineEntry('m2'), stateEntry('web.service', 'active/running'))
    await until('all is told', () => told(all).length === 3)
    await hears(reader, ...expected)
  })

  test.each([
    ['?kind=everything', 400],
    ['?unit=[', 400],
    ['?format=xml', 400],
    ['?since=soon', 400],
    ['?since=99', 410],
  ])('%s is refused', async (query, status) => {
    expect((await room.call(`/v1/events${query}`)).status).toBe(status)
  })

  test('come as server-sent events to who accepts them', async () => {
    const reader = await read('', {accept: 'text/event-stream'})
    await room.entries(leaderEntry)
    await until('the leader is told', () => reader.text.includes('event: leader'))
    expect(reader.text).toBe(
      'event: hello\ndata: {"kind":"hello","revision":1}\nid: 1\n\n' +
        'event: leader\ndata: {"kind":"leader","revision":2,"change":"set","value":{"machine":"m1"}}\nid: 2\n\n',
    )
  })

  test('are told to two hundred at once', async () => {
    const all = await Promise.all(Array.from({length: 200}, (_, at) => read(at % 2 === 0 ? '' : '?format=sse')))
    for (let at = 0; at < 20; at++) await room.entries(recordEntry(`web@${at}.service`))
    await until('all have heard all', () => all.every(({text}) => text.includes('web@19.service')))
    expect(new Set(all.map(({text}) => text)).size).toBe(2)
    expect((await room.call('/metrics')).text).toContain('\nmeissa_api_streams 200\n')
  })

  test('end with the agent, and say so', async () => {
    const [lines, sse] = [await read(), await read('?format=sse')]
    await room.stop()
    await until('both have ended', () => lines.ended && sse.ended)
    expect(lines.events.at(-1)).toMatchObject({kind: 'end', reason: 'closing'})
    expect(sse.text).toContain('event: end\ndata: {"kind":"end","reason":"closing"')
  })
})

describe('resuming', () => {
  const furnish = async () => {
    await room.call('/v1/units')
    for (const at of [1, 2, 3]) await room.entries(recordEntry(`web@${at}.service`))
  }

  test.each([
    ['?since=2', {}],
    ['', {'last-event-id': '2'}],
    ['?since=0', {'last-event-id': '2'}],
  ])('%s %o tells what came after, and goes on', async (query, headers) => {
    await furnish()
    const reader = await read(query, headers)
    await room.entries(recordEntry('web@4.service'))
    await hears(reader, 'unit set web@2.service 3 #3', 'unit set web@3.service 4 #4', 'unit set web@4.service 5 #5')
    expect(reader.events[0]).toEqual({kind: 'hello', revision: 2, id: 2})
  })

  test('from what is remembered and from history is the same', async () => {
    for (const at of [1, 2, 3]) await room.entries(recordEntry(`web@${at}.service`))
    const value = JSON.stringify({schema: 1, from: 'm1', to: 'm2', reason: 'told'})
    await room.write({kind: 'put', key: keys.move('web@1.service'), value})
    await room.write({kind: 'put', key: keys.clusterSettings, value: JSON.stringify({schema: 1, strategy: 'binpack'})})
    // The copy is made now: what was before is in the store's history only.
    const old = await read('?since=1')
    await room.entries(recordEntry('web@4.service'))
    await room.entries(recordEntry('web@5.service'))
    const all = [
      ...[1, 2, 3].map(at => `unit set web@${at}.service ${at + 1} #${at + 1}`),
      'move set web@1.service 5 #5',
      'cluster set 6 #6',
      'unit set web@4.service 7 #7',
      'unit set web@5.service 8 #8',
    ]
    await hears(old, ...all)
    await room.entries(recordEntry('web@6.service'))
    await hears(old, ...all, 'unit set web@6.service 9 #9')
  })

  test('from what is compacted is refused, with what to do', async () => {
    await furnish()
    store.compact(4)
    await room.close()
    room = await ApiRoom.open(store)
    const {status, json} = await room.call('/v1/events?since=2')
    expect([status, json.error.code, json.error.hint]).toEqual([
      410,
      'compacted',
      'list again, and take `revision` of that as `since`',
    ])
  })

  test('from a revision that this agent has not seen yet tells nothing twice', async () => {
    await furnish()
    await room.write({kind: 'put', key: 'elsewhere', value: ''})
    const reader = await read(`?since=${store.revision}`)
    await room.entries(recordEntry('web@4.service'))
    await hears(reader, 'unit set web@4.service 6 #6')
  })
})

describe('a reader who is too slow', () => {
  test('is told so, and costs nothing further', async () => {
    const controller = new AbortController()
    const answer = await fetch(`${room.url}/v1/events`, {signal: controller.signal})
    const value = 'x'.repeat(100_000)
    // More than sockets and queue hold, unread.
    for (let at = 0; at < 200; at++) await room.entries(refusalEntry(`web@${at}.service`, value))
    await until('the stream is given up', async () => (await room.call('/metrics')).text.includes('\nmeissa_api_streams 0\n'))
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) text = (text + decoder.decode(chunk, {stream: true})).slice(-1000)
    expect(text).toContain('"reason":"too-slow"')
    controller.abort()
  })
})
