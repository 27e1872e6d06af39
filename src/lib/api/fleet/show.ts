import {effectiveMetadata} from '../../cluster/metadata.ts'
import type {Machine, UnitState} from '../../cluster/model.ts'
import {goJson, goObject, goText} from '../../fleet/json.ts'
import type {UnitParts} from '../cluster-index.ts'
import {currentState} from './current-state.ts'
import type {Picture} from './picture.ts'

/** Things of the cluster as fleet's JSON. Fields come in fleet's order, which is the alphabet's. */

/**
 * A unit. A global one has neither a place nor a current state, as in fleet: fleetctl waits for its desired state.
 * `stopping`: its stop was asked for a moment ago, and is told as not done yet.
 */
export function unitJson(picture: Picture, parts: UnitParts, stopping = false): string {
  return stopping ? writeUnit(picture, parts, stopping) : picture.unitTexts.of(parts, () => writeUnit(picture, parts, stopping))
}

function writeUnit(picture: Picture, {name, record}: UnitParts, stopping: boolean): string {
  if (record === undefined) throw new Error(`${name} has no record`)
  const shown = picture.files.of(picture.view, record.file)
  const places = shown?.global ? undefined : picture.placesOf(name)
  return goObject({
    currentState: places === undefined ? undefined : goJson(stopping ? 'launched' : currentState(record, places)),
    desiredState: goJson(record.desiredState),
    machineID: goText(places?.assignments[0]?.machine),
    name: goJson(name),
    options: shown?.json,
  })
}

/** A unit's state on a machine. The hash is left out where the cluster does not have the file any more. */
export function stateJson({view, files}: Picture, state: UnitState): string {
  return goObject({
    hash: goText(files.of(view, state.file)?.hash),
    machineID: goText(state.machine),
    name: goText(state.unit),
    systemdActiveState: goText(state.active),
    systemdLoadState: goText(state.load),
    systemdSubState: goText(state.sub),
  })
}

/** A machine, with the metadata that the scheduler goes by. */
export function machineJson({view}: Picture, machine: Machine): string {
  const metadata = effectiveMetadata(machine, view.settings.get(machine.id))
  const keys = Object.keys(metadata).sort()
  return goObject({
    id: goText(machine.id),
    metadata: keys.length === 0 ? undefined : `{${keys.map(key => `${goJson(key)}:${goJson(metadata[key])}`).join(',')}}`,
    primaryIP: goText(machine.address),
  })
}

/** A page of a list under its name. */
export function pageJson(name: string, items: readonly string[], nextPageToken: string | undefined): string {
  const list = items.length === 0 ? undefined : `[${items.join(',')}]`
  // `nextPageToken` stands before `states` and `units`, and behind `machines`.
  return name < 'nextPageToken'
    ? goObject({[name]: list, nextPageToken: goText(nextPageToken)})
    : goObject({nextPageToken: goText(nextPageToken), [name]: list})
}
