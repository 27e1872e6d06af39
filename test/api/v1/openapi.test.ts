import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {v1Family} from '../../../src/lib/api/v1/family.ts'
import type {OpenApi} from '../../../src/lib/api/v1/openapi.ts'
import type {Schema} from '../../../src/lib/api/v1/schema.ts'
import {silentLog} from '../../../src/lib/base/log.ts'
import {Metrics} from '../../../src/lib/base/metrics.ts'
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
import {until} from '../../fakes/until.ts'
import {ApiRoom, known} from './api-room.ts'

let room: ApiRoom
let store: MemoryStore
let document: OpenApi
beforeAll(async () => {
  store = new MemoryStore()
  room = await ApiRoom.open(store)
  document = await room.json('/v1/openapi.json')
  await room.write(
    ...known('web@.service', unitText(), {desiredState: 'inactive'}),
    ...known('web@1.service'),
    ...known('db.service'),
    ...known('agent.service', unitText('', {more: '[X-Fleet]\nGlobal=true'})),
  )
  await room.entries(
    machineEntry('m1'),
    machineEntry('m2', {leaving: true}),
    machineSettingsEntry('m1', {cordoned: true, metadata: {role: null, a: 'b'}}),
    leaderEntry,
    assignmentEntry('web@1.service'),
    assignmentEntry('agent.service'),
    assignmentEntry('agent.service', 'lost'),
    stateEntry('web@1.service', 'failed/failed', {exitCode: 1, container: 'c1', health: 'healthy', log: ['it broke']}),
    refusalEntry('db.service', 'nowhere'),
  )
})
afterAll(async () => {
  await room.close()
  store.close()
})

/** What of a value a schema does not allow; keys that the schema does not name are told too. */
function faults(value: unknown, schema: Schema, at = '$'): readonly string[] {
  if (schema.$ref !== undefined) return faults(value, resolve(schema.$ref), at)
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length > 0 && !types.some(type => isA(type, value)))
    return [`${at}: ${JSON.stringify(value)} is no ${types.join('|')}`]
  if (schema.enum !== undefined && !schema.enum.some(each => each === value)) return [`${at}: ${value} is none of ${schema.enum}`]
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    return [`${at}: ${value}`]
  if (typeof value === 'number' && value < (schema.minimum ?? value)) return [`${at}: ${value} is too small`]
  if (Array.isArray(value))
    return value.flatMap((each, index) => (schema.items ? faults(each, schema.items, `${at}[${index}]`) : []))
  if (typeof value !== 'object' || value === null) return []
  const {properties, required = [], additionalProperties} = schema
  const missing = required.filter(key => !(key in value)).map(key => `${at}: lacks ${key}`)
  const within = Object.entries(value).flatMap(([key, each]) => {
    const known = properties?.[key] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (known !== undefined) return faults(each, known, `${at}.${key}`)
    return properties === undefined ? [] : [`${at}: has ${key}, which the schema does not name`]
  })
  return [...missing, ...within]
}

function isA(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'null') return value === null
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

function resolve(ref: string): Schema {
  const found = document.components.schemas[ref.replace('#/components/schemas/', '')]
  if (found === undefined) throw new Error(`${ref} is nowhere`)
  return found
}

function schemaOf(path: string, {method = 'get', status = 200} = {}): Schema {
  const responses = document.paths[path]?.[method]?.responses
  const schema = (responses?.[status] ?? responses?.default)?.content?.['application/json']?.schema
  if (schema === undefined) throw new Error(`${method} ${path} ${status} has no schema`)
  return schema
}

describe('the document', () => {
  test('has every route, and nothing else', () => {
    const context = {
      cluster: room.cluster,
      machine: 'm1',
      version: '1',
      log: silentLog,
      metrics: new Metrics(),
      now: Date.now,
      unready: () => undefined,
      use: async () => [],
    }
    const routes = v1Family(context).routes.map(({method, path}) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(routes.sort())
  })

  test('names every operation once, and refers to nothing that is not there', () => {
    const ids = Object.values(document.paths).flatMap(methods => Object.values(methods).map(({operationId}) => operationId))
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, ref = ''] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) resolve(ref)
  })

  test('names every parameter of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
      for (const {parameters = []} of Object.values(methods)) {
        const described = parameters.flatMap(each => ('in' in each && each.in === 'path' && 'name' in each ? [each.name] : []))
        expect(described).toEqual(names)
      }
    }
  })
})

describe('answers are as the document says', () => {
  test.each([
    ['/v1/units', '/v1/units'],
    ['/v1/units?limit=1', '/v1/units'],
    ['/v1/units?since=1&wait=1s', '/v1/units'],
    ['/v1/units/{name}', '/v1/units/web@1.service'],
    ['/v1/units/{name}', '/v1/units/db.service'],
    ['/v1/units/{name}', '/v1/units/agent.service'],
    ['/v1/units/{name}', '/v1/units/web@.service'],
    ['/v1/states', '/v1/states'],
    ['/v1/machines', '/v1/machines'],
    ['/v1/machines/{id}', '/v1/machines/m1'],
    ['/v1/machines/{id}', '/v1/machines/m2'],
    ['/v1/openapi.json', '/v1/openapi.json'],
  ])('%s for %s', async (described, path) => {
    const {json, status} = await room.call(path)
    expect(status).toBe(200)
    expect(faults(json, schemaOf(described.replace(/\?.*/, '')))).toEqual([])
  })

  test.each([
    ['a path that is none', '/v1/units/nothing.service', 404],
    ['a query that is none', '/v1/units?limit=0', 400],
  ])('%s', async (_, path, status) => {
    expect(faults(await room.json(path, {status}), schemaOf('/v1/units', {status}))).toEqual([])
  })

  test('changes', async () => {
    const headers = {'content-type': 'application/json'}
    const body = JSON.stringify({text: unitText('RestartSec=4'), desiredState: 'loaded'})
    const put = await room.json('/v1/units/new.service?wait=50ms', {method: 'PUT', body, headers, status: 201})
    expect(faults(put, schemaOf('/v1/units/{name}', {method: 'put', status: 201}))).toEqual([])
    const started = await room.json('/v1/units/new.service/start', {method: 'POST'})
    expect(faults(started, schemaOf('/v1/units/{name}/start', {method: 'post'}))).toEqual([])
    const gone = await room.json('/v1/units/new.service?wait=1s', {method: 'DELETE'})
    expect(faults(gone, schemaOf('/v1/units/{name}', {method: 'delete'}))).toEqual([])
    const refused = await room.json('/v1/units/new.service', {method: 'PUT', body: '[Container]\nFoo=1\n', status: 400})
    expect(faults(refused, schemaOf('/v1/units/{name}', {method: 'put', status: 400}))).toEqual([])
    const machine = await room.json('/v1/machines/m1', {method: 'PATCH', body: '{"cordoned":false}', headers})
    expect(faults(machine, schemaOf('/v1/machines/{id}', {method: 'patch'}))).toEqual([])
  })

  test('events', async () => {
    const reader = await room.events('?since=1')
    await until('history is told', () => reader.events.length >= 10)
    await room.write({kind: 'delete', key: 'units/db.service'})
    await until('the end is told', () => reader.events.at(-1).change === 'gone')
    for (const event of reader.events) expect(faults(event, resolve('#/components/schemas/Event'))).toEqual([])
    await reader.cancel()
  })
})
