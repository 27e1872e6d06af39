import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {fileHash} from '../../../src/lib/unit/hash.ts'
import {unitText} from '../../fakes/situation.ts'
import {assignmentEntry, machineEntry, refusalEntry, stateEntry} from '../../fakes/stored-cluster.ts'
import {until} from '../../fakes/until.ts'
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

const text = unitText('RestartSec=1')
const hash = fileHash(text)

describe('a unit', () => {
  test('is shown with everything that is known of it', async () => {
    const version = await room.write(...known('web.service', `[Unit]\nDescription=The web\n${text}`))
    await room.entries(
      machineEntry('m1'),
      assignmentEntry('web.service'),
      stateEntry('web.service', 'failed/failed', {exitCode: 1, log: ['it broke']}),
      refusalEntry('web.service', 'no'),
    )
    const {headers, json, status} = await room.call('/v1/units/web.service')
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe(`"${version}"`)
    expect(json).toMatchObject({
      revision: store.revision,
      unit: 'web.service',
      version,
      description: 'The web',
      driver: 'docker',
      desiredState: 'launched',
      targetMachine: 'm1',
      refusal: 'no',
      states: [{machine: 'm1', active: 'failed', exitCode: 1}],
      logs: {m1: ['it broke']},
    })
  })

  test.each([
    ['/v1/units/nothing.service', 404, 'not-found', 'nothing.service: no such unit'],
    ['/v1/units/nothing.service/file', 404, 'not-found', 'nothing.service: no such unit'],
    ['/v1/units/web', 400, 'usage', "unit name 'web' has no known type"],
    ['/v1/units/a%2Fb.service', 400, 'usage', "unit name 'a/b.service' has the character '/'"],
    [`/v1/files/${hash}`, 404, 'not-found', `no unit file has the SHA-256 ${hash}`],
    ['/v1/machines/m9', 404, 'not-found', 'm9: no such machine is registered'],
    ['/v1/nothing', 404, 'not-found', 'there is nothing at /v1/nothing'],
  ])('%s is %i', async (path, status, code, message) => {
    const {error} = await room.json(path, {status})
    expect(error).toMatchObject({code, message, hint: expect.any(String)})
  })

  test('that cannot be read says so', async () => {
    await room.write({kind: 'put', key: 'units/web.service', value: '{"schema":9}'})
    const {error} = await room.json('/v1/units/web.service', {status: 409})
    expect(error.message).toContain('written by a newer Meissa')
  })

  test('has a file, known by its hash', async () => {
    await room.put('web.service', text)
    for (const path of ['/v1/units/web.service/file', `/v1/files/${hash}`]) {
      const answer = await room.call(path)
      expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([200, text, `"${hash}"`])
      expect((await room.call(path, {headers: {'if-none-match': `"${hash}"`}})).status).toBe(304)
    }
  })
})

describe('PUT', () => {
  const change = async (body: object, {status = 200, name = 'web.service', headers = {}} = {}): Promise<Json> =>
    await room.json(`/v1/units/${name}`, {
      status,
      method: 'PUT',
      body: JSON.stringify(body),
      headers: {'content-type': 'application/json', ...headers},
    })

  test('makes a unit known, once', async () => {
    const first = await room.put('web.service', text)
    expect([first.status, first.json.change, first.json.desiredState, first.json.file]).toEqual([
      201,
      'created',
      'inactive',
      hash,
    ])
    const second = await room.put('web.service', text)
    expect([second.status, second.json.change, second.json.version]).toEqual([200, 'same', first.json.version])
  })

  test('replaces the file of a unit that runs, and lets it run', async () => {
    await change({text, desiredState: 'launched'}, {status: 201})
    expect(await change({text: unitText('RestartSec=2')})).toMatchObject({
      change: 'replaced',
      desiredState: 'launched',
      generation: 1,
    })
  })

  test('says what is wanted; the same twice is as once', async () => {
    await room.put('web.service', text)
    expect(await change({desiredState: 'launched'})).toMatchObject({change: 'changed', generation: 1})
    expect(await change({desiredState: 'launched'})).toMatchObject({change: 'same', generation: 1})
    expect(await change({desiredState: 'loaded'})).toMatchObject({change: 'changed', generation: 1})
    expect(await change({desiredState: 'launched'})).toMatchObject({change: 'changed', generation: 2})
  })

  test('takes a file that the cluster has by its hash', async () => {
    await room.put('web.service', text)
    expect(await change({file: hash}, {name: 'other.service', status: 201})).toMatchObject({file: hash})
    const {error} = await change({file: fileHash('another')}, {name: 'third.service', status: 400})
    expect(error.message).toBe(`file: the cluster has no unit file ${fileHash('another')}`)
  })

  test('makes an instance of its template', async () => {
    await room.put('web@.service', text)
    expect(await change({desiredState: 'launched'}, {name: 'web@1.service', status: 201})).toMatchObject({
      file: hash,
      generation: 1,
    })
    expect((await change({}, {name: 'db@1.service', status: 404})).error.message).toBe('db@1.service: no such unit')
  })

  test('tells everything that is wrong with a file', async () => {
    const {error} = await room.json('/v1/units/web.service', {
      method: 'PUT',
      body: '[Container]\nImage=a:1\n[Service]\nRestart=sometimes\nRestartSec=soon\n',
      headers: {'content-type': 'text/plain'},
      status: 400,
    })
    expect(error.problems.map(({line}: Json) => line)).toEqual([4, 5])
    expect(error.message.split('\n')).toHaveLength(2)
    expect(error.message).toMatch(/^web\.service:4(:\d+)?: error: /)
    expect(store.revision).toBe(1)
  })

  test('tells what is odd in a file that it takes', async () => {
    const {json} = await room.put('web.service', '[Container]\nImage=a:1\n[Service]\nFoo=bar\n')
    expect(json.warnings).toEqual(['web.service:4:1: warning: [Service] Foo: unknown key, which systemd passes over'])
  })

  test.each([
    ['no JSON', '{', 'the body is no JSON'],
    ['an unknown key', '{"state":"launched"}', 'state: '],
    ['a state that is none', '{"desiredState":"running"}', 'desiredState: '],
    ['no object', '[]', 'the body: '],
    ['a hash that is none', '{"file":"abc"}', 'file: is no SHA-256'],
    [
      'a text and another hash',
      `{"file":"${fileHash('other')}","text":${JSON.stringify(text)}}`,
      'file: the text has the SHA-256',
    ],
  ])('refuses %s', async (_, body, message) => {
    const {error} = await room.json('/v1/units/web.service', {
      method: 'PUT',
      body,
      headers: {'content-type': 'application/json'},
      status: 400,
    })
    expect([error.code, error.message.startsWith(message)]).toEqual(['usage', true])
  })

  test('refuses what is no text', async () => {
    const headers = {'content-type': 'image/png'}
    expect((await room.call('/v1/units/web.service', {method: 'PUT', body: 'x', headers})).status).toBe(415)
  })

  test('launches no template', async () => {
    const {error} = await change({text, desiredState: 'launched'}, {name: 'web@.service', status: 400})
    expect(error).toMatchObject({
      message: 'web@.service is a template: it cannot be launched itself',
      hint: 'name an instance: web@1.service',
    })
  })
})

describe('preconditions', () => {
  const put = (headers: Record<string, string>) =>
    room.call('/v1/units/web.service', {
      method: 'PUT',
      body: unitText('RestartSec=9'),
      headers: {'content-type': 'text/plain', ...headers},
    })

  test.each([
    ['If-Match with the ETag', (etag: string) => ({'if-match': etag}), 200],
    ['If-Match with several', (etag: string) => ({'if-match': `"1", ${etag}`}), 200],
    ['If-Match *', () => ({'if-match': '*'}), 200],
    ['If-Match with another', () => ({'if-match': '"1"'}), 412],
    ['If-None-Match *', () => ({'if-none-match': '*'}), 412],
    ['If-None-Match with another', () => ({'if-none-match': '"1"'}), 200],
  ])('%s on a known unit', async (_, headers, status) => {
    const {etag} = Object.fromEntries((await room.put('web.service', text)).headers)
    const answer = await put(headers(etag ?? ''))
    expect(answer.status).toBe(status)
    if (status === 412) expect(answer.json.error.code).toBe('conflict')
    expect((await room.json('/v1/units/web.service')).file === hash).toBe(status === 412)
  })

  test.each([
    ['If-Match *', {'if-match': '*'}, 412],
    ['If-None-Match *', {'if-none-match': '*'}, 201],
  ])('%s on an unknown one', async (_, headers, status) => {
    expect((await put(headers)).status).toBe(status)
  })

  test('hold for wishes and for DELETE', async () => {
    await room.put('web.service', text)
    const headers = {'if-match': '"1"'}
    expect((await room.call('/v1/units/web.service/start', {method: 'POST', headers})).status).toBe(412)
    expect((await room.call('/v1/units/web.service', {method: 'DELETE', headers})).status).toBe(412)
  })

  test('of two who change the same only one succeeds', async () => {
    const {etag} = Object.fromEntries((await room.put('web.service', text)).headers)
    const headers = {'if-match': etag ?? '', 'content-type': 'text/plain'}
    const bodies = [unitText('RestartSec=7'), unitText('RestartSec=8')]
    const answers = await Promise.all(bodies.map(body => room.call('/v1/units/web.service', {method: 'PUT', body, headers})))
    expect(answers.map(({status}) => status).sort()).toEqual([200, 412])
  })
})

describe('wishes', () => {
  const wish = (verb: string, {name = 'web.service', query = ''} = {}) =>
    room.call(`/v1/units/${name}/${verb}${query}`, {method: 'POST'})

  test('change what is wanted, as ctl does', async () => {
    await room.put('web.service', text)
    const told: string[] = []
    for (const verb of ['load', 'start', 'start', 'restart', 'stop', 'unload', 'stop']) {
      const {json} = await wish(verb)
      told.push(`${verb} ${json.change} ${json.desiredState} ${json.generation}`)
    }
    expect(told).toEqual([
      'load changed loaded 0',
      'start changed launched 1',
      'start same launched 1',
      'restart changed launched 2',
      'stop changed loaded 2',
      'unload changed inactive 2',
      'stop same inactive 2',
    ])
  })

  test('start anew what has ended', async () => {
    await room.put('web.service', text)
    await wish('start')
    await room.entries(stateEntry('web.service', 'failed/failed'))
    expect((await wish('start')).json.generation).toBe(2)
  })

  test.each(['start', 'load'])('%s makes an instance of its template', async verb => {
    await room.put('web@.service', text)
    const {status, json} = await wish(verb, {name: 'web@7.service'})
    expect([status, json.change, json.file]).toEqual([201, 'created', hash])
  })

  test.each([
    ['start', 'nothing.service', 404],
    ['start', 'nothing@1.service', 404],
    ['stop', 'nothing.service', 404],
    ['restart', 'nothing.service', 404],
    ['start', 'web@.service', 400],
    ['restart', 'web@.service', 400],
  ])('%s %s is %i', async (verb, name, status) => {
    await room.put('web@.service', text)
    expect((await wish(verb, {name})).status).toBe(status)
  })

  test('wait until it is done', async () => {
    await room.put('web.service', text)
    await room.entries(machineEntry('m1'))
    const waiting = wish('start', {query: '?wait=15s'})
    await room.entries(
      assignmentEntry('web.service', 'm1', {file: hash}),
      stateEntry('web.service', 'activating/start', {file: hash}),
    )
    await room.entries(stateEntry('web.service', 'active/running', {file: hash}))
    const {json} = await waiting
    expect(json.outcome).toEqual({code: 'done', message: 'launched on one/10.0.0.1'})
    expect(json.states[0].active).toBe('active')
  })

  test('say when time is up', async () => {
    await room.put('web.service', text)
    await room.entries(machineEntry('m1'))
    const {json} = await wish('start', {query: '?wait=200ms'})
    expect(json.outcome).toEqual({code: 'timeout', message: 'waiting for an engine: no machine leads'})
  })

  test('say why there is no place', async () => {
    await room.put('web.service', text)
    await room.entries(machineEntry('m1'))
    const waiting = wish('start', {query: '?wait=15s'})
    let page: Json
    await until('the wish is written', async () => {
      page = await room.json('/v1/units/web.service')
      return page.desiredState === 'launched'
    })
    await room.entries(refusalEntry('web.service', 'nowhere', page.version))
    expect((await waiting).json.outcome).toEqual({code: 'unplaceable', message: 'nowhere'})
  })

  test('say with its last lines that it failed', async () => {
    await room.put('web.service', text)
    await room.entries(machineEntry('m1'))
    const waiting = wish('start', {query: '?wait=15s'})
    await room.entries(
      assignmentEntry('web.service', 'm1', {file: hash}),
      stateEntry('web.service', 'failed/failed', {file: hash, log: ['it broke'], reason: 'exit code 1'}),
    )
    expect((await waiting).json.outcome).toEqual({
      code: 'failed',
      message: 'failed on one/10.0.0.1: exit code 1',
      log: ['it broke'],
    })
  })

  test('DELETE forgets a unit, and waits until it is gone', async () => {
    await room.put('web.service', text)
    await room.entries(machineEntry('m1'), assignmentEntry('web.service', 'm1', {file: hash}))
    const waiting = room.call('/v1/units/web.service?wait=15s', {method: 'DELETE'})
    await room.write({kind: 'delete', key: 'assignments/m1/web.service'})
    const {status, json} = await waiting
    expect([status, json]).toEqual([
      200,
      {revision: store.revision, unit: 'web.service', change: 'destroyed', outcome: {code: 'done', message: 'destroyed'}},
    ])
    expect((await room.call('/v1/units/web.service', {method: 'DELETE'})).status).toBe(404)
  })
})

describe('machines', () => {
  const patch = async (body: object): Promise<Json> =>
    await room.json('/v1/machines/m1', {
      method: 'PATCH',
      body: JSON.stringify(body),
      headers: {'content-type': 'application/json'},
    })

  test('are cordoned and let go again', async () => {
    await room.entries(machineEntry('m1'))
    expect(await patch({cordoned: true})).toMatchObject({status: 'cordoned', settings: {cordoned: true}})
    expect(await patch({cordoned: false})).toMatchObject({status: 'ready'})
  })

  test('have metadata that joins what they announce', async () => {
    await room.entries(machineEntry('m1', {metadata: {role: 'web', zone: '1'}}))
    expect(await patch({metadata: {role: null, disk: 'ssd'}})).toMatchObject({metadata: {zone: '1', disk: 'ssd'}})
    expect(await patch({metadata: {disk: 'hdd'}})).toMatchObject({
      metadata: {zone: '1', disk: 'hdd'},
      announced: {role: 'web', zone: '1'},
      settings: {metadata: {role: null, disk: 'hdd'}},
    })
    expect((await patch({metadata: null})).metadata).toEqual({role: 'web', zone: '1'})
  })

  test('keep what is not spoken of, and write nothing that stands already', async () => {
    await room.entries(machineEntry('m1'))
    await patch({cordoned: true, metadata: {a: 'b'}})
    const {revision} = store
    expect(await patch({metadata: {a: 'b'}})).toMatchObject({settings: {cordoned: true, metadata: {a: 'b'}}})
    expect(store.revision).toBe(revision)
  })

  test.each([
    ['a key that is none', {metadata: {'a b': 'c'}}],
    ['a number', {metadata: {a: 1}}],
    ['an unknown key', {drained: true}],
  ])('refuse %s', async (_, body) => {
    await room.entries(machineEntry('m1'))
    const headers = {'content-type': 'application/json'}
    expect((await room.call('/v1/machines/m1', {method: 'PATCH', body: JSON.stringify(body), headers})).status).toBe(400)
  })
})
