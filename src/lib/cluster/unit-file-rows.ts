import {compareNatural} from '../base/natural-order.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import {isThere} from './glances.ts'
import type {DesiredState, UnitRecord} from './model.ts'
import {isLost, placeOf, targetOf} from './rows.ts'
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
export function unitFileRows(
  view: ClusterView,
  describe: (record: UnitRecord) => {readonly global: boolean; readonly description: string | null},
): readonly UnitFileRow[] {
  const machines = new Map<string, string[]>()
  for (const {unit, machine} of view.allAssignments()) machines.set(unit, [...(machines.get(unit) ?? []), machine])
  return [...view.units.values()]
    .sort((a, b) => compareNatural(a.name, b.name))
    .map(record => unitFileRow(view, record, {...describe(record), machines: machines.get(record.name) ?? []}))
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
  const machine = places.find(place => isThere(view, place)) ?? places[0]
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
  if (isLost(view, record.name, placeOf(view, machine))) return 'lost'
  const state = view.state(machine, record.name)
  if (state === undefined) return 'inactive'
  return view.assignments.get(machine)?.get(record.name)?.desiredState ?? 'loaded'
}

/** What each unit's file says, parsed once a file for its instances; nothing for a file that is missing. */
export function describeFiles(
  view: ClusterView,
): (record: UnitRecord) => {readonly global: boolean; readonly description: string | null} {
  return ({name, file}) => {
    const text = view.files.get(file)
    const unit = text === undefined ? undefined : parseUnit(name, text).unit
    return {global: unit?.placement.global ?? false, description: unit?.description ?? null}
  }
}
