import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Method, Route} from '../../../src/lib/api/http.ts'
import {BadEscape, parametersOf, RouteTable} from '../../../src/lib/api/server/route-table.ts'
import {familyOf} from './test-server.ts'

function route(method: Method, path: string): Route {
  return {method, path, role: 'read', answer: async () => ({status: 204})}
}

const table = new RouteTable([
  familyOf('/', [route('GET', '/'), route('GET', '/healthz')]),
  familyOf('/fleet/v1', [
    route('GET', '/fleet/v1/units'),
    route('GET', '/fleet/v1/units/:name'),
    route('PUT', '/fleet/v1/units/:unit'),
  ]),
  familyOf('/v1', [
    route('GET', '/v1/units/:name'),
    route('GET', '/v1/units/all'),
    route('POST', '/v1/units/:name/restart'),
    route('GET', '/v1/machines/:machine/units/:unit'),
  ]),
])

/** `family: METHODS path-of-GET parameters` of where a path leads. */
function whither(path: string, method = 'GET'): string {
  const {family, endpoints, values} = table.find(path)
  if (endpoints === undefined) return `${family.prefix}: nothing`
  const endpoint = endpoints.get(method)
  const parameters = JSON.stringify(endpoint === undefined ? {} : parametersOf(endpoint.names, values))
  return `${family.prefix}: ${[...endpoints.keys()].join(' ')} ${endpoint?.route.path ?? '-'} ${parameters}`
}

test.each([
  ['/', '/: GET HEAD / {}'],
  ['/healthz', '/: GET HEAD /healthz {}'],
  ['/h%65althz', '/: GET HEAD /healthz {}'],
  ['/healthz/', '/: nothing'],
  ['//healthz', '/: nothing'],
  ['/nowhere', '/: nothing'],
  ['/fleet', '/: nothing'],
  ['/fleet/v1', '/fleet/v1: nothing'],
  ['/fleet/v1/', '/fleet/v1: nothing'],
  ['/fleet/v10/units', '/: nothing'],
  ['/fleet/v1/units', '/fleet/v1: GET HEAD /fleet/v1/units {}'],
  ['/fleet/v1/units/', '/fleet/v1: nothing'],
  ['/fleet/v1/units/web%401.service', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":"web@1.service"}'],
  ['/fleet/v1/units/a%2Fb', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":"a/b"}'],
  ['/fleet/v1/units/a%252Fb', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":"a%2Fb"}'],
  ['/fleet/v1/units/a+b', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":"a+b"}'],
  ['/fleet/v1/units/..', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":".."}'],
  ['/fleet/v1/units/../units', '/fleet/v1: nothing'],
  ['/fleet/v1//units', '/fleet/v1: nothing'],
  ['/fleet/v1/units/:name', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":":name"}'],
  ['/fleet/v1/units/__proto__', '/fleet/v1: GET HEAD PUT /fleet/v1/units/:name {"name":"__proto__"}'],
  ['/v1/units/all', '/v1: GET HEAD /v1/units/all {}'],
  ['/v1/units/all/restart', '/v1: POST - {}'],
  ['/v1/machines/m/units/u', '/v1: GET HEAD /v1/machines/:machine/units/:unit {"machine":"m","unit":"u"}'],
])('%s leads to %s', (path, where) => {
  expect(whither(path)).toBe(where)
})

test('each route has its own names', () => {
  expect(whither('/fleet/v1/units/x', 'PUT')).toContain('{"unit":"x"}')
})

test.each(['/%', '/%4', '/%zz', '/%ff', '/%c0%af', '/%ed%a0%80'])('%s is no path', path => {
  expect(() => table.find(path)).toThrow(BadEscape)
})

test('an escape that is none is told by the family it stands in', () => {
  const found = () => table.find('/fleet/v1/units/%zz')
  expect(found).toThrow(expect.objectContaining({family: expect.objectContaining({prefix: '/fleet/v1'})}))
})

test.each([
  ['two routes of one method and path', [familyOf('/', [route('GET', '/a'), route('GET', '/a')])]],
  ['two that differ in a name only', [familyOf('/', [route('GET', '/:a'), route('GET', '/:b')])]],
  ['no family of /', [familyOf('/v1', [])]],
])('%s are refused', (_, families) => {
  expect(() => new RouteTable(families)).toThrow(RangeError)
})

describe('any text', () => {
  test('as a name comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({minLength: 1, unit: 'grapheme'}), name => {
        const {endpoints, values} = table.find(`/fleet/v1/units/${encodeURIComponent(name)}`)
        expect(endpoints).toBeDefined()
        expect(values).toEqual([name])
      }),
    )
  })

  test('as a path leads somewhere, nowhere, or is refused', () => {
    fc.assert(
      fc.property(fc.string(), path => {
        try {
          table.find(`/${path}`)
        } catch (error) {
          expect(error).toBeInstanceOf(BadEscape)
        }
      }),
    )
  })
})
