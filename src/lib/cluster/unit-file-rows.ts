import {MultiMap} from '../base/multi-map.ts'
import {sortedNaturally} from '../base/natural-order.ts'
import {parseUnitFile, type ReadUnitFile} from '../unit/file.ts'
import {describeUnit, understandUnit} from '../unit/parse-unit.ts'
import type {DesiredState, UnitRecord} from './model.ts'
import {isLost, placeOf, standingOf, targetOf} from './rows.ts'
import type {ClusterView} from './view.ts'

/** A unit that the cluster knows: a row of `list-unit-files`. */
export interface UnitFileRow {
  readonly unit: string
  readonly file: string
  readonly desiredState: DesiredState
  /** What has become of it: inactive, loaded or launched, lost with its machine; null for a global unit. */
  readonly state: DesiredState | 'lost' | null
  readonly target: string | null
  readonly targetMachine: string | null
  readonly global: boolean
  readonly description: string | null
}

/** Every unit that is known, by name; `describe` tells what its file says. */
export function unitFileRows(view: ClusterView, describe: (record: UnitRecord) => Description): readonly UnitFileRow[] {
  const machines = new MultiMap<string, string>()
  for (const {unit, machine} of view.allAssignments()) machines.add(unit, machine)
  return sortedNaturally([...view.units.values()], record => record.name).map(record =>
    unitFileRow(view, record, {...describe(record), machines: [...machines.get(record.name)]}),
  )
}

/** The row of one unit; `machines`: those that it is assigned to. */
export function unitFileRow(
  view: ClusterView,
  record: UnitRecord,
  {
    global,
    description,
    machines,
  }: {readonly global: boolean; readonly description: string | null; readonly machines: readonly string[]},
): UnitFileRow {
  const places = global ? [] : machines
  const machine = places.find(place => view.isThere(place)) ?? places[0]
  return {
    unit: record.name,
    file: record.file,
    desiredState: record.desiredState,
    state: global ? null : currentState(view, record, machine),
    target: global ? 'global' : machine === undefined ? null : targetOf(view, machine),
    targetMachine: machine ?? null,
    global,
    description,
  }
}

function currentState(view: ClusterView, record: UnitRecord, machine: string | undefined): DesiredState | 'lost' {
  if (machine === undefined) return 'inactive'
  if (isLost(view, standingOf(view, record.name, placeOf(view, machine)))) return 'lost'
  const state = view.state(machine, record.name)
  if (state === undefined) return 'inactive'
  return view.assignments.get(machine)?.get(record.name)?.desiredState ?? 'loaded'
}

interface Description {
  readonly global: boolean
  readonly description: string | null
}

/**
 * What each unit's file says, the file read once for all its units; nothing for one that is missing, and for one that the first of
 * them could not be understood by.
 */
export function describeFiles(view: ClusterView): (record: UnitRecord) => Description {
  const known = new Map<string, ReadUnitFile | undefined>()
  const understood = (name: string, text: string): ReadUnitFile | undefined => {
    const read = parseUnitFile(text)
    return understandUnit(name, read).unit === undefined ? undefined : read
  }
  return ({name, file}) => {
    const text = view.files.get(file)
    if (text === undefined) return nothing
    if (!known.has(file)) known.set(file, understood(name, text))
    const read = known.get(file)
    if (read === undefined) return nothing
    const {global, description = null} = describeUnit(name, read)
    return {global, description}
  }
}

const nothing: Description = {global: false, description: null}
