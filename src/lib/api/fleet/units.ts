import {NotFoundError, UsageError} from '../../base/errors.ts'
import {wishFor} from '../../cluster/desire.ts'
import {type DesiredState, desiredStates} from '../../cluster/model.ts'
import {nameFault} from '../../fleet/name.ts'
import {readUnit} from '../../fleet/wire.ts'
import {keys} from '../../store/keys.ts'
import {parseUnitName} from '../../unit/names.ts'
import type {Answer, ApiRequest} from '../http.ts'
import {demandJson, readBody} from './body.ts'
import type {FleetRoom} from './fleet-room.ts'
import {cursorOf, pageOf} from './page.ts'
import {overEtcd, Refusal, refusalOf} from './refusal.ts'
import {setUnit, type WishedUnit} from './set-unit.ts'
import {pageJson, unitJson} from './show.ts'
import {textOf} from './unit-text.ts'

/** GET /units: a page of all units, by name. */
export async function listUnits(room: FleetRoom, {query}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const after = cursorOf(query)
  const page = picture.page(`units ${after ?? ''}`, () => {
    const {items, nextPageToken} = pageOf(picture.unitsFrom(after), after, ({name}) => name)
    const units = items.map(parts => unitJson(picture, parts))
    return pageJson('units', units, nextPageToken)
  })
  return room.json(page)
}

/** GET /units/:name. */
export async function getUnit(room: FleetRoom, {parameters}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const name = parameters.name ?? ''
  const parts = picture.unit(name)
  if (parts.record !== undefined) return room.json(unitJson(picture, parts, room.wasStopped(name)))
  const problem = nameFault(name) === undefined ? picture.view.unreadable.get(keys.unit(name)) : undefined
  if (problem !== undefined) throw new Refusal(500, `the record of ${name} cannot be read: ${problem}`)
  throw new Refusal(404, 'unit does not exist')
}

/** PUT /units/:name: 201 when the unit or its file is new, 204 when only its desired state was set. */
export async function putUnit(room: FleetRoom, request: ApiRequest): Promise<Answer> {
  demandJson(request)
  const wished = await readWished(request)
  const {created, stops, revision} = await overEtcd(() => setUnit(room.store, wished, request.signal))
  room.noteStop(wished.name, stops)
  await room.seen(revision, request.signal)
  return room.empty(created ? 201 : 204)
}

/** DELETE /units/:name. */
export async function deleteUnit(room: FleetRoom, {parameters, signal}: ApiRequest): Promise<Answer> {
  const name = parameters.name ?? ''
  if (nameFault(name) !== undefined) throw new Refusal(404, 'unit does not exist')
  const [result] = await overEtcd(() => wishFor(room.store, [name], 'destroy', signal)).catch(error => {
    throw error instanceof NotFoundError ? new Refusal(404, 'unit does not exist') : error
  })
  await room.seen(result?.revision ?? 0, signal)
  return room.empty(204)
}

async function readWished(request: ApiRequest): Promise<WishedUnit> {
  const inPath = request.parameters.name ?? ''
  const sent = await readBody(request, value => readUnit(value ?? {}))
  const name = sent.name === '' ? inPath : sent.name
  if (name !== inPath) {
    const [url, body] = [JSON.stringify(inPath), JSON.stringify(name)]
    throw new Refusal(400, `name in URL ${url} differs from unit name in request body ${body}`)
  }
  refuseBadName(name)
  const text = sent.options.length === 0 ? undefined : textOf(sent.options)
  return {name, text, desiredState: sent.desiredState === '' ? undefined : desiredStateOf(sent.desiredState)}
}

function refuseBadName(name: string): void {
  const fault = nameFault(name)
  if (fault !== undefined) throw new Refusal(400, fault)
  try {
    parseUnitName(name)
  } catch (error) {
    throw error instanceof UsageError ? refusalOf(400, error) : error
  }
}

function desiredStateOf(text: string): DesiredState {
  const found = desiredStates.find(known => known === text)
  if (found !== undefined) return found
  throw new Refusal(400, `invalid desiredState ${JSON.stringify(text)}: expect inactive, loaded, or launched`)
}
