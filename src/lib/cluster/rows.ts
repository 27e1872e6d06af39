import {compareNatural, sortedNaturally} from '../base/natural-order.ts'
import type {Glance, Glances} from './glances.ts'
import {machineLabel, shortId} from './machine-name.ts'
import type {DesiredState, UnitRecord, UnitState} from './model.ts'
import type {ClusterView} from './view.ts'

/** A unit as it is on one machine, or without a place: what every `list-units` shows. */
export interface BriefUnitRow {
  readonly unit: string
  readonly machine: string | null
  /** `name/ip`, or fleet's `<first 8 of id>.../ip`. */
  readonly target: string | null
  /** systemd's, or `lost` where the machine is not there any more. */
  readonly active: string
  readonly sub: string
}

/** A row of `list-units`. */
export interface UnitRow extends BriefUnitRow {
  readonly address: string | null
  readonly desiredState: DesiredState | null
  readonly load: string
  readonly file: string | null
  readonly generation: number | null
  readonly health: string | null
  readonly restarts: number
  readonly exitCode: number | null
  readonly container: string | null
  /** Milliseconds since the epoch. */
  readonly since: number | null
  readonly reason: string | null
}

/** Every unit with a place or a wish for one, by unit, then machine. */
export function unitRows(view: ClusterView): readonly UnitRow[] {
  return sortedRows({view, assigned: view.assignments, states: view.states}, placedRow, unplacedRow)
}

/** The same of a cluster that is only glanced at. */
export function briefUnitRows(glances: Glances): readonly BriefUnitRow[] {
  return sortedRows(glances, briefRow, unplacedRow)
}

/** Where units are, and how. */
interface Placed<S> {
  /** What else is known: machines, and records and assignments as far as they matter. */
  readonly view: ClusterView
  /** By machine. */
  readonly assigned: ReadonlyMap<string, Units>
  /** By machine, then unit. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, S>>
}

type Units = ReadonlySet<string> | ReadonlyMap<string, unknown>

function sortedRows<S extends Glance | UnitState, Row extends BriefUnitRow>(
  {view, assigned, states}: Placed<S>,
  rowOf: (view: ClusterView, unit: string, place: Place<S>) => Row,
  unplacedRowOf: (view: ClusterView, record: UnitRecord) => Row,
): readonly Row[] {
  const rows: Row[] = []
  const unplaced = new Set(view.units.keys())
  const add = (unit: string, place: Place<S>) => {
    if (isLeftBehind(view, unit, place)) return
    unplaced.delete(unit)
    rows.push(rowOf(view, unit, place))
  }
  for (const machine of new Set([...assigned.keys(), ...states.keys()])) {
    const place = placeWith({view, assigned, states}, machine)
    for (const unit of place.assigned?.keys() ?? []) add(unit, place)
    for (const unit of place.states?.keys() ?? []) if (!place.assigned?.has(unit)) add(unit, place)
  }
  for (const record of view.units.values()) {
    if (record.desiredState !== 'inactive' && unplaced.has(record.name)) rows.push(unplacedRowOf(view, record))
  }
  return sortedNaturally(
    rows,
    row => row.unit,
    (a, b) => compareNatural(a.machine ?? '', b.machine ?? ''),
  )
}

/** The same rows for one unit, by machine; `machines`: where it has an assignment or a state, which is looked for unless given. */
export function unitRowsOf(view: ClusterView, unit: string, machines = machinesWith(view, unit)): readonly UnitRow[] {
  const placed = machines.map(machine => placeOf(view, machine)).filter(place => !isLeftBehind(view, unit, place))
  const record = view.units.get(unit)
  if (placed.length === 0 && record !== undefined && record.desiredState !== 'inactive') return [unplacedRow(view, record)]
  return placed.sort((a, b) => compareNatural(a.machine, b.machine)).map(place => placedRow(view, unit, place))
}

/** `name/ip` or `<first 8 of id>.../ip`, as fleetctl prints a machine. */
export function targetOf(view: ClusterView, machine: string): string {
  const known = view.machines.get(machine)
  return known === undefined ? shortId(machine) : `${machineLabel(known)}/${known.address}`
}

function machinesWith(view: ClusterView, unit: string): readonly string[] {
  return [...new Set([...view.assignments, ...view.states].flatMap(([machine, units]) => (units.has(unit) ? [machine] : [])))]
}

/** A machine with its units. */
export interface Place<S = UnitState> {
  readonly machine: string
  readonly isThere: boolean
  readonly target: string
  readonly address: string | null
  readonly assigned: Units | undefined
  readonly states: ReadonlyMap<string, S> | undefined
}

/** A machine as it is or as it is remembered. */
export function placeOf(view: ClusterView, machine: string): Place {
  return placeWith({view, assigned: view.assignments, states: view.states}, machine)
}

function placeWith<S>({view, assigned, states}: Placed<S>, machine: string): Place<S> {
  return {
    machine,
    isThere: view.isThere(machine),
    target: targetOf(view, machine),
    address: view.machines.get(machine)?.address ?? null,
    assigned: assigned.get(machine),
    states: states.get(machine),
  }
}

/** What a lost machine last said of a unit that is not its any more is no news; that a oneshot succeeded there is. */
function isLeftBehind(view: ClusterView, unit: string, {isThere, assigned, states}: Place<Glance | UnitState>): boolean {
  if (isThere || assigned?.has(unit)) return false
  return !isFinished(states?.get(unit), view.units.get(unit))
}

/** A oneshot that has succeeded, by what is asked of it now: an earlier success does not speak for a start anew. */
function isFinished(
  state: Glance | UnitState | undefined,
  asked: Pick<UnitRecord, 'file' | 'generation'> | undefined,
): state is UnitState {
  return state?.done === true && asked !== undefined && state.file === asked.file && state.generation >= asked.generation
}

function placedRow(view: ClusterView, unit: string, place: Place): UnitRow {
  const {target, active, sub} = briefRow(view, unit, place)
  const {machine} = place
  const state = place.states?.get(unit)
  const assigned = view.assignments.get(machine)?.get(unit)
  const lost = isLost(view, unit, place)
  return {
    unit,
    machine,
    target,
    address: place.address,
    desiredState: assigned?.desiredState ?? null,
    load: state?.load ?? 'loaded',
    active,
    sub,
    file: state?.file ?? assigned?.file ?? null,
    generation: state?.generation ?? null,
    health: lost ? null : (state?.health ?? null),
    restarts: state?.restarts ?? 0,
    exitCode: state?.exitCode ?? null,
    container: state?.container ?? null,
    since: lost ? null : (state?.since ?? null),
    reason: state?.reason ?? assigned?.reason ?? null,
  }
}

function briefRow(view: ClusterView, unit: string, place: Place<Glance | UnitState>): BriefUnitRow {
  const {machine, target} = place
  const state = place.states?.get(unit)
  const lost = isLost(view, unit, place)
  return {
    unit,
    machine,
    target,
    active: lost ? 'lost' : (state?.active ?? 'inactive'),
    sub: lost ? 'lost' : (state?.sub ?? 'dead'),
  }
}

/** Whether nobody knows what has become of a unit, its machine being gone. */
export function isLost(view: ClusterView, unit: string, {machine, isThere, states}: Place<Glance | UnitState>): boolean {
  return !isThere && !isFinished(states?.get(unit), view.assignments.get(machine)?.get(unit) ?? view.units.get(unit))
}

function unplacedRow(view: ClusterView, record: UnitRecord): UnitRow {
  return {
    unit: record.name,
    machine: null,
    target: null,
    address: null,
    desiredState: record.desiredState,
    load: 'loaded',
    active: 'inactive',
    sub: 'unplaced',
    file: record.file,
    generation: record.generation,
    health: null,
    restarts: 0,
    exitCode: null,
    container: null,
    since: null,
    reason: view.refusals.get(record.name)?.reason ?? null,
  }
}
