import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ClusterView} from '../../../src/lib/cluster/view.ts'
import {machineEntry, machineSettingsEntry} from '../../fakes/stored-cluster.ts'
import {FleetBench, told} from './fleet-bench.ts'

let bench: FleetBench
beforeEach(async () => {
  bench = new FleetBench()
  await bench.put(machineEntry('m2', {metadata: {role: 'web'}}), machineEntry('m1', {address: '10.0.0.9'}))
})
afterEach(() => bench.close())

const metadata = async () => {
  const {json} = await bench.call('GET /fleet/v1/machines')
  return (json as {machines: {id: string; metadata?: object}[]}).machines.map(({id, metadata}) => [id, metadata ?? {}])
}

test('machines are listed by id, as fleet shows them', async () => {
  expect((await bench.call('GET /fleet/v1/machines')).body).toBe(
    '{"machines":[{"id":"m1","primaryIP":"10.0.0.9"},{"id":"m2","metadata":{"role":"web"},"primaryIP":"10.0.0.1"}]}',
  )
})

describe('PATCH', () => {
  test('sets and removes, in the form of the documentation and in the one that fleet took', async () => {
    await bench.put(machineSettingsEntry('m1', {cordoned: true, metadata: {old: '1'}}))
    const reply = await bench.call('PATCH /fleet/v1/machines', [
      {op: 'add', path: '/m1/metadata/foo', value: 'bar'},
      {op: 'replace', path: '/m2/metadata/role', Value: {value: 'db'}},
      {op: 'remove', path: '/m1/metadata/old'},
      {op: 'remove', path: '/m1/metadata/never', Value: {value: ''}},
    ])
    expect(reply).toMatchObject({status: 204, body: '', headers: {'content-type': 'application/json'}})
    expect(await metadata()).toEqual([
      ['m1', {foo: 'bar'}],
      ['m2', {role: 'db'}],
    ])
    const view = ClusterView.of((await bench.store.list([''])).entries)
    expect(view.settings.get('m1')).toMatchObject({cordoned: true})
  })

  test('of what the machine itself announces takes it away', async () => {
    await bench.call('PATCH /fleet/v1/machines', [{op: 'remove', path: '/m2/metadata/role'}])
    expect(await metadata()).toEqual([
      ['m1', {}],
      ['m2', {}],
    ])
  })

  test('looks again when the settings are changed meanwhile', async () => {
    bench.store.beforeCommit = async () => {
      bench.store.beforeCommit = undefined
      await bench.put(machineSettingsEntry('m1', {cordoned: true}))
    }
    await bench.call('PATCH /fleet/v1/machines', [{op: 'add', path: '/m1/metadata/foo', value: 'bar'}])
    const view = ClusterView.of((await bench.store.list([''])).entries)
    expect(view.settings.get('m1')).toMatchObject({cordoned: true, metadata: {foo: 'bar'}})
  })

  const fine = {op: 'add', path: '/m1/metadata/foo', value: 'bar'}
  test.each([
    {
      name: 'an operation that is none',
      body: [fine, {...fine, op: 'noop'}],
      status: 400,
      message: 'invalid op: expect add, remove, or replace',
    },
    {name: 'no operation', body: [{path: fine.path}], status: 400, message: 'invalid op: expect add, remove, or replace'},
    {
      name: 'a path without metadata',
      body: [fine, {...fine, path: '/m1/foo'}],
      status: 400,
      message: 'machine metadata path invalid',
    },
    {
      name: 'a key that cannot be',
      body: [{...fine, path: '/m1/metadata/a=b'}],
      status: 400,
      message: 'machine metadata path invalid',
    },
    {
      name: 'an empty value',
      body: [fine, {...fine, value: ''}],
      status: 400,
      message: 'invalid value: add and replace require a value',
    },
    {
      name: 'no value',
      body: [{op: 'add', path: fine.path}],
      status: 400,
      message: 'invalid value: add and replace require a value',
    },
    {name: 'a value that is no text', body: [{...fine, value: 5}], status: 400, message: /unable to decode body/},
    {name: 'what is no list', body: fine, status: 400, message: 'unable to decode body: the body is not an array'},
    {
      name: 'a machine that nobody knows',
      body: [fine, {...fine, path: '/m9/metadata/a'}],
      status: 404,
      message: 'machine m9 does not exist',
    },
  ])('refuses $name, and does nothing', async ({body, status, message}) => {
    expect(await bench.call('PATCH /fleet/v1/machines', body)).toMatchObject({
      status,
      json: {error: {message: told(message)}},
    })
    expect(bench.store.commits).toEqual([])
  })

  test('of nothing does nothing', async () => {
    expect((await bench.call('PATCH /fleet/v1/machines', [])).status).toBe(204)
    expect(bench.store.commits).toEqual([])
  })
})

test('the discovery document names every route', async () => {
  const {json} = await bench.call('GET /fleet/v1/discovery')
  const {resources, schemas} = json as {
    resources: Record<string, {methods: Record<string, {httpMethod: string; path: string}>}>
    schemas: Record<string, unknown>
  }
  const methods = Object.values(resources).flatMap(resource => Object.values(resource.methods))
  expect(methods.map(({httpMethod, path}) => `${httpMethod} ${path}`).sort()).toEqual([
    'DELETE units/{unitName}',
    'GET machines',
    'GET state',
    'GET state/{unitName}',
    'GET units',
    'GET units/{unitName}',
    'PATCH machines',
    'PUT units/{unitName}',
  ])
  const references = Array.from(JSON.stringify(json).matchAll(/"\$ref":"(\w+)"/g), match => match[1])
  expect(references.filter(name => name === undefined || !(name in schemas))).toEqual([])
})
