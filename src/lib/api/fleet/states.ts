import type {UnitState} from '../../cluster/model.ts'
import {goJson, goObject} from '../../fleet/json.ts'
import type {Answer, ApiRequest} from '../http.ts'
import type {FleetRoom} from './fleet-room.ts'
import {pageOf} from './page.ts'
import type {Picture} from './picture.ts'
import {Refusal} from './refusal.ts'
import {pageJson, stateJson} from './show.ts'

/** GET /state: a page of what machines say of units, by unit, then machine; of one machine or one unit if asked for. */
export async function listStates(room: FleetRoom, {query}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const {items, nextPageToken} = pageOf(statesFor(picture, query), query, stateKey)
  const states = items.map(state => stateJson(picture, room.files, state))
  return room.json(pageJson('states', states, nextPageToken))
}

/**
 * GET /state/:name: the state on the first machine that has one. A unit of which nobody has said anything yet is told by
 * its name alone, which fleetctl takes for `not active yet`; it cannot live with an error here.
 */
export async function getState(room: FleetRoom, {parameters}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const name = parameters.name ?? ''
  const {assignments, states} = picture.placesOf(name)
  const state = states.find(({machine}) => assignments.some(each => each.machine === machine)) ?? states[0]
  if (state !== undefined) return room.json(stateJson(picture, room.files, state))
  if (!picture.view.units.has(name)) throw new Refusal(404, 'unit does not exist')
  return room.json(goObject({name: goJson(name)}))
}

function statesFor(picture: Picture, query: URLSearchParams): readonly UnitState[] {
  const unit = query.get('unitName') || undefined
  const machine = query.get('machineID') || undefined
  const states = unit === undefined ? picture.states : picture.placesOf(unit).states
  return machine === undefined ? states : states.filter(state => state.machine === machine)
}

/** Ordered as the states are, since a blank comes before all that names are made of. */
function stateKey({unit, machine}: UnitState): string {
  return `${unit} ${machine}`
}
