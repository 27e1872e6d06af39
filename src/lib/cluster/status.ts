import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import type {Decided, UnitRecord} from './model.ts'
import {readFiles, readUnits} from './read.ts'
import {type UnitRow, unitRows} from './rows.ts'
import type {ClusterView} from './view.ts'

/** All that is known of one unit. */
export interface UnitStatus {
  readonly record: UnitRecord
  readonly description: string | undefined
  readonly driver: string | undefined
  /** One for each machine it is on; a single one without a machine when it has no place; none when it wants none. */
  readonly places: readonly PlaceStatus[]
}

/** A unit on a machine. */
export interface PlaceStatus {
  readonly row: UnitRow
  /** Why the engine put it there; undefined where it is not wanted any more. */
  readonly whyHere: string | undefined
  /** What its agent decided lately, oldest first. */
  readonly recent: readonly Decided[]
  /** The last lines of one that failed, as its agent told them. */
  readonly log: readonly string[]
}

/** Units, and as much of the cluster as concerns them, its own id with it. */
export interface StatusReading {
  readonly statuses: readonly UnitStatus[]
  readonly view: ClusterView
}

/** The status of each unit. Throws NotFoundError that names all unknown ones. */
export async function readStatuses(store: Store, names: readonly string[], signal: AbortSignal): Promise<StatusReading> {
  const texts = await readFiles(store, names, signal)
  const view = await readUnits(store, names, signal, {keys: [keys.cluster]})
  const rows = Map.groupBy(unitRows(view), row => row.unit)
  const statuses = names.flatMap(name => {
    const record = view.units.get(name)
    if (record === undefined) return []
    const {unit} = parseUnit(name, texts.get(name) ?? '')
    const places = (rows.get(name) ?? []).map(row => placeStatus(view, row))
    return [{record, description: unit?.description, driver: unit?.driver, places}]
  })
  return {statuses, view}
}

function placeStatus(view: ClusterView, row: UnitRow): PlaceStatus {
  const {machine, unit} = row
  const state = machine === null ? undefined : view.state(machine, unit)
  return {
    row,
    whyHere: machine === null ? undefined : view.assignments.get(machine)?.get(unit)?.reason,
    recent: state?.recent ?? [],
    log: state?.log ?? [],
  }
}
