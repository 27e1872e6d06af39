import type {UnitState} from '../../cluster/model.ts'
import {goJson, goObject} from '../../fleet/json.ts'
import type {Answer, ApiRequest} from '../http.ts'
import type {FleetRoom} from './fleet-room.ts'
import {cursorOf, pageOf} from './page.ts'
import type {Picture} from './picture.ts'
import {Refusal} from './refusal.ts'
import {pageJson, stateJson} from './show.ts'

/** GET /state: a page of what machines say of units, by unit, then machine; of one machine or one unit if asked for. */
export async function listStates(room: FleetRoom, {query}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const [unit, machine] = [query.get('unitName') || undefined, query.get('machineID') || undefined]
  const after = cursorOf(query)
  const page = picture.page(JSON.stringify(['states', unit, machine, after]), () => {
    const {items, nextPageToken} = pageOf(statesFor(picture, {unit, machine, after}), after, stateKey)
    const states = items.map(state => stateJson(picture, state))
    return pageJson('states', states, nextPageToken)
  })
  return room.json(page)
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
  if (state !== undefined) return room.json(stateJson(picture, state))
  if (!picture.view.units.has(name)) throw new Refusal(404, 'unit does not exist')
  return room.json(goObject({name: goJson(name)}))
}

interface Asked {
  readonly unit: string | undefined
  readonly machine: string | undefined
  readonly after: string | undefined
}

/** In order; those that come before the page are not all left out. */
function statesFor(picture: Picture, {unit, machine, after}: Asked): Iterable<UnitState> {
  if (unit !== undefined) {
    const {states} = picture.placesOf(unit)
    return machine === undefined ? states : states.filter(state => state.machine === machine)
  }
  return machine === undefined ? picture.statesFrom(after?.split(' ')[0]) : picture.statesOn(machine)
}

/** Ordered as the states are, since a blank comes before all that names are made of. */
function stateKey({unit, machine}: UnitState): string {
  return `${unit} ${machine}`
}
