import type {ApiContext} from '../context.ts'
import type {Answer, ApiRequest, Method, Role, Route, RouteFamily} from '../http.ts'
import {discoveryOf} from './discovery.ts'
import {FleetRoom} from './fleet-room.ts'
import {listMachines, patchMachines} from './machines.ts'
import {Refusal, renderRefusal} from './refusal.ts'
import {getState, listStates} from './states.ts'
import {deleteUnit, getUnit, listUnits, putUnit} from './units.ts'

/** fleet's API, for fleetctl and whatever else was written for fleet: at its place, and at the one it had before. */
export function fleetFamilies(context: Pick<ApiContext, 'cluster'>): readonly RouteFamily[] {
  const room = new FleetRoom(context)
  return ['/fleet/v1', '/v1-alpha'].map(prefix => familyAt(prefix, room))
}

type Handler = (room: FleetRoom, request: ApiRequest) => Promise<Answer>

const routes: readonly (readonly [method: Method, path: string, role: Role, handler: Handler])[] = [
  ['GET', '/units', 'read', listUnits],
  ['GET', '/units/:name', 'read', getUnit],
  ['PUT', '/units/:name', 'operate', putUnit],
  ['DELETE', '/units/:name', 'operate', deleteUnit],
  ['GET', '/state', 'read', listStates],
  ['GET', '/state/:name', 'read', getState],
  ['GET', '/machines', 'read', listMachines],
  ['PATCH', '/machines', 'admin', patchMachines],
  ['GET', '', 'read', refuseBare],
]

function familyAt(prefix: string, room: FleetRoom): RouteFamily {
  const discovery = JSON.stringify(discoveryOf(prefix))
  const all: readonly Route[] = [
    ...routes.map(([method, path, role, handler]) => ({
      method,
      path: prefix + path,
      role,
      answer: (request: ApiRequest) => handler(room, request),
    })),
    {method: 'GET', path: `${prefix}/discovery`, role: 'read', answer: async () => room.json(discovery)},
  ]
  return {prefix, routes: all, renderError: renderRefusal}
}

/** fleet allows nothing at the prefix itself. */
async function refuseBare(): Promise<Answer> {
  throw new Refusal(405, '')
}
