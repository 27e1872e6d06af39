import {compareNatural, sortedNaturally} from '../base/natural-order.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import {type AmountShelf, type Amounts, allocatedOn} from './allocated.ts'
import {machineLabel, shortId} from './machine-name.ts'
import {effectiveMetadata} from './metadata.ts'
import type {Assignment, DesiredState, Machine, MachineSettings, UnitRecord, UnitState} from './model.ts'
import type {ClusterView} from './view.ts'

/** A unit as it is on one machine, or without a place: a row of `list-units`. */
export interface UnitRow {
  readonly unit: string
  readonly machine: string | null
  /** `name/ip`, or fleet's `<first 8 of id>.../ip`. */
  readonly target: string | null
  readonly address: string | null
  readonly desiredState: DesiredState | null
  readonly load: string
  /** systemd's, or `lost` where the machine is not there any more. */
  readonly active: string
  readonly sub: string
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

export interface MachineRow {
  readonly machine: string
  readonly name: string | null
  readonly address: string
  readonly hostname: string
  readonly metadata: Readonly<Record<string, string>>
  readonly cpus: number
  readonly memoryBytes: number
  /** Null when its agent does not say. */
  readonly diskBytes: number | null
  /** By name: `{gpu: 2}`. */
  readonly devices: Readonly<Record<string, number>>
  readonly drivers: readonly string[]
  readonly version: string
  readonly units: number
  readonly status: 'ready' | 'cordoned' | 'draining' | 'leaving'
}

/** A machine with what its units ask for; null where the unit files were not read. */
export interface AllocatedMachineRow extends MachineRow {
  readonly allocated: Amounts | null
}

/** Every unit with a place or a wish for one, by unit, then machine. */
export function unitRows(view: ClusterView): readonly UnitRow[] {
  const rows: UnitRow[] = []
  const placed = new Set<string>()
  const add = (unit: string, place: Place) => {
    if (isLeftBehind(view, unit, place)) return
    placed.add(unit)
    rows.push(placedRow(view, unit, place))
  }
  for (const machine of new Set([...view.assignments.keys(), ...view.states.keys()])) {
    const place = placeOf(view, machine)
    for (const unit of place.assigned?.keys() ?? []) add(unit, place)
    for (const unit of place.states?.keys() ?? []) if (!place.assigned?.has(unit)) add(unit, place)
  }
  for (const record of view.units.values()) {
    if (record.desiredState !== 'inactive' && !placed.has(record.name)) rows.push(unplacedRow(view, record))
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

/** Every machine that is registered, by id. */
export function machineRows(view: ClusterView): readonly MachineRow[] {
  return [...view.machines.values()].sort((a, b) => compareNatural(a.id, b.id)).map(machine => machineRow(view, machine))
}

/** The row of one machine. */
export function machineRow(view: ClusterView, machine: Machine): MachineRow {
  return {
    machine: machine.id,
    name: machine.name ?? null,
    address: machine.address,
    hostname: machine.hostname,
    metadata: effectiveMetadata(machine, view.settings.get(machine.id)),
    cpus: machine.capacity.cpus,
    memoryBytes: machine.capacity.memoryBytes,
    diskBytes: machine.capacity.diskBytes ?? null,
    devices: machine.capacity.devices ?? {},
    drivers: machine.drivers,
    version: machine.version,
    units: view.assignments.get(machine.id)?.size ?? 0,
    status: machine.leaving ? 'leaving' : statusBy(view.settings.get(machine.id)),
  }
}

function statusBy(settings: MachineSettings | undefined): MachineRow['status'] {
  if (settings?.drain !== undefined) return 'draining'
  return settings?.cordoned ? 'cordoned' : 'ready'
}

/** As `machineRows`, with what the units of each ask for when there is a shelf to read them by. */
export function allocatedMachineRows(view: ClusterView, shelf: AmountShelf | undefined): readonly AllocatedMachineRow[] {
  return machineRows(view).map(row => ({
    ...row,
    allocated: shelf === undefined ? null : allocatedOn(row.machine, view, shelf),
  }))
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

/** `name/ip` or `<first 8 of id>.../ip`, as fleetctl prints a machine. */
export function targetOf(view: ClusterView, machine: string): string {
  const known = view.machines.get(machine)
  return known === undefined ? shortId(machine) : `${machineLabel(known)}/${known.address}`
}

function machinesWith(view: ClusterView, unit: string): readonly string[] {
  return [...new Set([...view.assignments, ...view.states].flatMap(([machine, units]) => (units.has(unit) ? [machine] : [])))]
}

/** A machine with its units. */
interface Place {
  readonly machine: string
  readonly isThere: boolean
  readonly target: string
  readonly address: string | null
  readonly assigned: ReadonlyMap<string, Assignment> | undefined
  readonly states: ReadonlyMap<string, UnitState> | undefined
}

function placeOf(view: ClusterView, machine: string): Place {
  return {
    machine,
    isThere: isThere(view, machine),
    target: targetOf(view, machine),
    address: view.machines.get(machine)?.address ?? null,
    assigned: view.assignments.get(machine),
    states: view.states.get(machine),
  }
}

/** What a lost machine last said of a unit that is not its any more is no news; that a oneshot succeeded there is. */
function isLeftBehind(view: ClusterView, unit: string, {isThere, assigned, states}: Place): boolean {
  if (isThere || assigned?.has(unit)) return false
  return !isFinished(states?.get(unit), view.units.get(unit))
}

/** A oneshot that has succeeded, by what is asked of it now: an earlier success does not speak for a start anew. */
function isFinished(
  state: UnitState | undefined,
  asked: Pick<UnitRecord, 'file' | 'generation'> | undefined,
): state is UnitState {
  return state?.done === true && asked !== undefined && state.file === asked.file && state.generation >= asked.generation
}

function isThere(view: ClusterView, machine: string): boolean {
  return view.machines.has(machine) || view.unreadable.has(`machines/${machine}`)
}

function placedRow(view: ClusterView, unit: string, place: Place): UnitRow {
  const {machine, target, address} = place
  const state = place.states?.get(unit)
  const assigned = place.assigned?.get(unit)
  const lost = isLost(view, unit, place)
  return {
    unit,
    machine,
    target,
    address,
    desiredState: assigned?.desiredState ?? null,
    load: state?.load ?? 'loaded',
    active: lost ? 'lost' : (state?.active ?? 'inactive'),
    sub: lost ? 'lost' : (state?.sub ?? 'dead'),
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

/** Whether nobody knows what has become of a unit, its machine being gone. */
function isLost(view: ClusterView, unit: string, {isThere, assigned, states}: Place): boolean {
  return !isThere && !isFinished(states?.get(unit), assigned?.get(unit) ?? view.units.get(unit))
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
