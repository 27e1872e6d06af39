import type {Answer, ApiRequest} from '../http.ts'
import {readBody} from './body.ts'
import type {FleetRoom} from './fleet-room.ts'
import {cursorOf, pageOf} from './page.ts'
import {patchMetadata, readOperations} from './patch-metadata.ts'
import {overEtcd} from './refusal.ts'
import {machineJson, pageJson} from './show.ts'

/** GET /machines: a page of all machines that are registered, by id. */
export async function listMachines(room: FleetRoom, {query}: ApiRequest): Promise<Answer> {
  const picture = await room.look()
  const after = cursorOf(query)
  const page = picture.page(`machines ${after ?? ''}`, () => {
    const {items, nextPageToken} = pageOf(picture.machinesFrom(after), after, ({id}) => id)
    const machines = items.map(machine => machineJson(picture, machine))
    return pageJson('machines', machines, nextPageToken)
  })
  return room.json(page)
}

/** PATCH /machines: sets and removes metadata over what machines announce. All of it is done, or nothing. */
export async function patchMachines(room: FleetRoom, request: ApiRequest): Promise<Answer> {
  const operations = await readBody(request, readOperations)
  const revision = await overEtcd(() => patchMetadata(room.store, operations, request.signal))
  await room.seen(revision, request.signal)
  const {status, headers} = room.empty(204)
  return {status, headers: {...headers, 'content-type': 'application/json'}}
}
