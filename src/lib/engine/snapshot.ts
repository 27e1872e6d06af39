import {machineLabel} from '../cluster/machine-name.ts'
import {effectiveMetadata} from '../cluster/metadata.ts'
import type {Drain, Machine, UnitRecord} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {familyOf} from '../scheduler/census.ts'
import type {Snapshot, SnapshotMachine, SnapshotPlacement, SnapshotStopping, SnapshotUnit} from '../scheduler/snapshot.ts'
import {keys, parseKey} from '../store/keys.ts'
import type {Unit} from '../unit/unit.ts'
import type {UnitShelf} from './unit-shelf.ts'

/** What a look goes by beside what is stored. */
export interface Circumstances {
  /** Machines that were lost a moment ago. */
  readonly recentlyLost?: ReadonlySet<string>
  /** Milliseconds since the epoch. */
  readonly now?: number
  /** What the last look promised: for whom room is being made, by unit, and on which machine. */
  readonly promised?: ReadonlyMap<string, string>
}

/** What the scheduler is to look at, from what the cluster stores. Nothing unreadable is taken for absent. */
export function takeSnapshot(view: ClusterView, shelf: UnitShelf, circumstances: Circumstances = {}): Snapshot {
  const {recentlyLost = new Set(), now = 0, promised = new Map()} = circumstances
  const units: SnapshotUnit[] = []
  const frozen = new Set<string>()
  const finished = finishedUnits(view)
  for (const record of view.units.values()) {
    if (record.desiredState === 'inactive') continue
    const unit = shelf.unit(record.name, record.file, view.files.get(record.file))
    if (unit === undefined) frozen.add(record.name)
    else units.push({unit, finished: finished.has(record.name) && !unit.placement.global})
  }
  const machines = [...view.machines.values()].map(machine => snapshotMachine(machine, view, now))
  const isMoving = view.moves.size > 0 || machines.some(({drain}) => drain !== undefined)
  const keeping = keepingFamilies(units)
  const placements: SnapshotPlacement[] = [...view.allAssignments()].map(({unit, machine, since, file, from}) => ({
    ...{unit, machine, since},
    ...(from === undefined ? {} : {from}),
    ...(isMoving || from !== undefined || keeping.has(familyOf(unit)) ? pendingOn(machine, unit, view) : {}),
    ...((view.units.get(unit)?.desiredState ?? 'inactive') === 'inactive' ? knownBy(unit, file, view, shelf) : {}),
  }))
  for (const key of view.unreadable.keys()) {
    const parsed = parseKey(key)
    if (parsed?.kind === 'unit') frozen.add(parsed.unit)
    if (parsed?.kind === 'machine') machines.push(unknownMachine(parsed.machine))
    if (parsed?.kind === 'assignment') {
      frozen.add(parsed.unit)
      placements.push({unit: parsed.unit, machine: parsed.machine, since: 0})
    }
  }
  return {
    machines,
    units: units.filter(({unit}) => !frozen.has(unit.name)),
    frozen,
    placements,
    stopping: stoppingUnits(view, shelf),
    recentlyLost,
    promised,
    gone: goneMachines(view),
    ...(view.clusterSettings.strategy === undefined ? {} : {strategy: view.clusterSettings.strategy}),
    ...(view.moves.size === 0 ? {} : {moves: [...view.moves.values()]}),
  }
}

/** Whether this state is the success of a oneshot in its present file and generation. */
export function isDone(
  record: UnitRecord,
  state: {readonly done?: boolean | undefined; readonly file: string; readonly generation: number},
): boolean {
  return state.done === true && state.file === record.file && state.generation === record.generation
}

/** When the next machine is to be empty, of those that were not to be yet at `after`; Infinity for never. */
export function nextDeadline(view: ClusterView, after: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const {drain} of view.settings.values())
    if (drain?.deadline !== undefined && drain.deadline > after) next = Math.min(next, drain.deadline)
  return next
}

function finishedUnits(view: ClusterView): ReadonlySet<string> {
  const finished = new Set<string>()
  for (const state of view.allStates()) {
    if (state.done !== true) continue
    const record = view.units.get(state.unit)
    if (record !== undefined && isDone(record, state)) finished.add(state.unit)
  }
  return finished
}

/** Families of which some are never to go for others, of those that run. */
export function keepingFamilies(units: Iterable<{readonly unit: Unit}>): ReadonlySet<string> {
  const keeping = new Set<string>()
  for (const {unit} of units) if (keepsSome(unit)) keeping.add(familyOf(unit.name))
  return keeping
}

/** Whether the unit says so of its family. */
export function keepsSome({placement}: Unit): boolean {
  return (placement.keepAtLeast ?? 0) > 0
}

/** Whether what is assigned does not run there as it should: a job that has come to its end does. */
export function pendingOn(machine: string, unit: string, view: ClusterView): Pick<SnapshotPlacement, 'pending'> {
  const assignment = view.assignments.get(machine)?.get(unit)
  const state = view.state(machine, unit)
  if (assignment === undefined || state === undefined) return {pending: 'starting'}
  if (state.file !== assignment.file || state.generation < assignment.generation) return {pending: 'starting'}
  if (state.load !== 'loaded') return {pending: 'failed'}
  if (assignment.desiredState === 'loaded' || state.done === true) return {}
  if (state.active === 'failed' || state.sub === 'auto-restart') return {pending: 'failed'}
  if (state.active === 'active') return state.health === undefined || state.health === 'healthy' ? {} : {pending: 'starting'}
  return state.active === 'inactive' && state.exitCode !== undefined ? {} : {pending: 'starting'}
}

function snapshotMachine(machine: Machine, view: ClusterView, now: number): SnapshotMachine {
  const settings = view.settings.get(machine.id)
  const drain = settings?.drain
  const isDue = drain?.deadline !== undefined && drain.deadline <= now
  const known: SnapshotMachine = {
    id: machine.id,
    label: machineLabel(machine),
    metadata: effectiveMetadata(machine, settings),
    drivers: machine.drivers,
    capacity: {...machine.capacity, diskBytes: machine.capacity.diskBytes ?? 0, devices: machine.capacity.devices ?? {}},
    cordoned: settings?.cordoned === true || drain !== undefined,
    leaving: machine.leaving === true || isDue,
    ...(drain === undefined || isDue ? {} : {drain: drainOf(drain)}),
  }
  return view.unreadable.has(keys.machineSettings(machine.id)) ? {...known, unreadable: true} : known
}

function drainOf({maxParallel, reason}: Drain): NonNullable<SnapshotMachine['drain']> {
  return reason === undefined ? {maxParallel} : {maxParallel, reason}
}

/** A machine whose record cannot be read is there, but gets nothing new; what stands on it cannot be judged by metadata and stays. */
function unknownMachine(id: string): SnapshotMachine {
  return {id, label: id, metadata: {}, drivers: [], cordoned: false, leaving: false, unreadable: true}
}

/** A machine reports a unit until its run is gone, also after the assignment is; in whatever words. */
function stoppingUnits(view: ClusterView, shelf: UnitShelf): readonly SnapshotStopping[] {
  const reported = [...view.allStates()].map(({unit, machine}) => ({unit, machine}))
  for (const key of view.unreadable.keys()) {
    const parsed = parseKey(key)
    if (parsed?.kind === 'state') reported.push(parsed)
  }
  return reported
    .filter(({unit, machine}) => view.machines.has(machine) && !isAssigned(view, machine, unit))
    .map(({unit: name, machine}) => {
      const unit = stoppingAs(name, machine, view, shelf)
      return {name, machine, ...(unit === undefined ? {} : {unit})}
    })
}

/** Also by an assignment that cannot be read. */
export function isAssigned(view: ClusterView, machine: string, unit: string): boolean {
  return view.assignments.get(machine)?.has(unit) === true || view.unreadable.has(keys.assignment(machine, unit))
}

/** What a machine still runs of a unit: by the file that it reports, else as the unit's record has it. */
export function stoppingAs(name: string, machine: string, view: ClusterView, shelf: UnitShelf): Unit | undefined {
  const file = view.state(machine, name)?.file
  const text = file === undefined ? undefined : view.files.get(file)
  const reported = file === undefined ? undefined : shelf.unit(name, file, text)
  return reported ?? knownAs(name, view, shelf).known
}

/** What is assigned, wanted or not any more. */
function knownBy(name: string, file: string, view: ClusterView, shelf: UnitShelf): {readonly known?: Unit} {
  const known = shelf.unit(name, file, view.files.get(file))
  return known === undefined ? knownAs(name, view, shelf) : {known}
}

/** The unit as its record has it, wanted or not. */
function knownAs(name: string, view: ClusterView, shelf: UnitShelf): {readonly known?: Unit} {
  const record = view.units.get(name)
  const known = record && shelf.unit(name, record.file, view.files.get(record.file))
  return known === undefined ? {} : {known}
}

/** The operator's word holds for what stood there when it was given; a machine that came back and was lost anew is another loss. */
function goneMachines(view: ClusterView): ReadonlySet<string> {
  const gone = [...view.settings].filter(([machine, settings]) => {
    const placed = [...(view.assignments.get(machine)?.values() ?? [])]
    return settings.gone === true && placed.every(({since}) => since < settings.revision)
  })
  return new Set(gone.map(([machine]) => machine))
}
