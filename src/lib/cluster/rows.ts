import {compareNatural, sortedNaturally} from '../base/natural-order.ts'
import type {Glances, StateGlance} from './glances.ts'
import {machineLabel, shortId} from './machine-name.ts'
import type {DesiredState, Machine, UnitRecord, UnitState} from './model.ts'
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
  const placed: UnitRow[] = []
  eachStanding(view, standing => {
    if (!isLeftBehind(view, standing)) placed.push(placedRow(view, standing))
  })
  return inOrder([...placed, ...unplacedRows(view, placed)])
}

/** The same of a cluster that is only glanced at. */
export function briefUnitRows(glances: Glances): readonly BriefUnitRow[] {
  const {view} = glances
  const placed: BriefUnitRow[] = []
  glances.eachStanding(standing => {
    if (!isLeftBehind(view, standing)) placed.push(briefRow(view, standing))
  })
  const unplaced = unplacedRows(view, placed)
  return unplaced.length === 0 ? placed : inOrder([...placed, ...unplaced])
}

function unplacedRows(view: ClusterView, placed: readonly BriefUnitRow[]): readonly UnitRow[] {
  if (view.units.size === 0) return []
  const isPlaced = new Set(placed.map(row => row.unit))
  const unplaced = [...view.units.values()].filter(record => record.desiredState !== 'inactive' && !isPlaced.has(record.name))
  return unplaced.map(record => unplacedRow(view, record))
}

function inOrder<Row extends BriefUnitRow>(rows: readonly Row[]): readonly Row[] {
  const byMachine = (a: Row, b: Row) => compareNatural(a.machine ?? '', b.machine ?? '')
  return sortedNaturally(rows, row => row.unit, byMachine)
}

/** The same rows for one unit, by machine; `machines`: where it has an assignment or a state, which is looked for unless given. */
export function unitRowsOf(view: ClusterView, unit: string, machines = machinesWith(view, unit)): readonly UnitRow[] {
  const placed = machines.map(machine => standingOf(view, unit, placeOf(view, machine))).filter(each => !isLeftBehind(view, each))
  const record = view.units.get(unit)
  if (placed.length === 0 && record !== undefined && record.desiredState !== 'inactive') return [unplacedRow(view, record)]
  return placed.sort((a, b) => compareNatural(a.place.machine, b.place.machine)).map(each => placedRow(view, each))
}

/** `name/ip` or `<first 8 of id>.../ip`, as fleetctl prints a machine. */
export function targetOf(view: Pick<Machines, 'machines'>, machine: string): string {
  const known = view.machines.get(machine)
  return known === undefined ? shortId(machine) : `${machineLabel(known)}/${known.address}`
}

function machinesWith(view: ClusterView, unit: string): readonly string[] {
  return [...new Set([...view.assignments, ...view.states].flatMap(([machine, units]) => (units.has(unit) ? [machine] : [])))]
}

/** The machines that are known, as much as is needed of them here. */
interface Machines {
  readonly machines: ReadonlyMap<string, Pick<Machine, 'id' | 'name' | 'address'>>
  readonly isThere: (machine: string) => boolean
}

/** A machine that units are on. */
export interface Place {
  readonly machine: string
  readonly isThere: boolean
  readonly target: string
  readonly address: string | null
}

/** A machine as it is or as it is remembered. */
export function placeOf(view: Machines, machine: string): Place {
  return {
    machine,
    isThere: view.isThere(machine),
    target: targetOf(view, machine),
    address: view.machines.get(machine)?.address ?? null,
  }
}

/** How a unit stands on a machine: it is to be there, or is said to be in some state, or both. */
export interface Standing<S = UnitState> {
  readonly unit: string
  readonly place: Place
  readonly isAssigned: boolean
  readonly state: S | undefined
}

/** How a unit stands on a machine where it has an assignment or a state. */
export function standingOf(view: ClusterView, unit: string, place: Place): Standing {
  const isAssigned = view.assignments.get(place.machine)?.has(unit) === true
  return {unit, place, isAssigned, state: view.state(place.machine, unit)}
}

function eachStanding(view: ClusterView, take: (standing: Standing) => void): void {
  for (const machine of new Set([...view.assignments.keys(), ...view.states.keys()])) {
    const place = placeOf(view, machine)
    const assigned = view.assignments.get(machine)
    const states = view.states.get(machine)
    for (const unit of assigned?.keys() ?? []) take({unit, place, isAssigned: true, state: states?.get(unit)})
    for (const [unit, state] of states ?? []) if (!assigned?.has(unit)) take({unit, place, isAssigned: false, state})
  }
}

/** What a lost machine last said of a unit that is not its any more is no news; that a oneshot succeeded there is. */
function isLeftBehind(view: ClusterView, {unit, place, isAssigned, state}: Standing<StateGlance | UnitState>): boolean {
  return !place.isThere && !isAssigned && !isFinished(state, view.units.get(unit))
}

/** A oneshot that has succeeded, by what is asked of it now: an earlier success does not speak for a start anew. */
function isFinished(
  state: StateGlance | UnitState | undefined,
  asked: Pick<UnitRecord, 'file' | 'generation'> | undefined,
): state is UnitState {
  return state?.done === true && asked !== undefined && state.file === asked.file && state.generation >= asked.generation
}

function placedRow(view: ClusterView, standing: Standing): UnitRow {
  const {unit, place, state} = standing
  const {active, sub} = briefRow(view, standing)
  const assigned = view.assignments.get(place.machine)?.get(unit)
  const lost = isLost(view, standing)
  return {
    unit,
    machine: place.machine,
    target: place.target,
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

function briefRow(view: ClusterView, standing: Standing<StateGlance | UnitState>): BriefUnitRow {
  const {unit, place, state} = standing
  const lost = isLost(view, standing)
  return {
    unit,
    machine: place.machine,
    target: place.target,
    active: lost ? 'lost' : (state?.active ?? 'inactive'),
    sub: lost ? 'lost' : (state?.sub ?? 'dead'),
  }
}

/** Whether nobody knows what has become of a unit, its machine being gone. */
export function isLost(view: ClusterView, {unit, place, state}: Standing<StateGlance | UnitState>): boolean {
  if (place.isThere) return false
  return !isFinished(state, view.assignments.get(place.machine)?.get(unit) ?? view.units.get(unit))
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
