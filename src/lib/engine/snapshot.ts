import {machineLabel} from '../cluster/machine-name.ts'
import {effectiveMetadata} from '../cluster/metadata.ts'
import type {Machine, MachineSettings, UnitRecord} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {Snapshot, SnapshotMachine, SnapshotPlacement, SnapshotStopping, SnapshotUnit} from '../scheduler/snapshot.ts'
import {parseKey} from '../store/keys.ts'
import type {Unit} from '../unit/unit.ts'
import type {UnitShelf} from './unit-shelf.ts'

/** What the scheduler is to look at, from what the cluster stores. Nothing unreadable is taken for absent. */
export function takeSnapshot(view: ClusterView, shelf: UnitShelf): Snapshot {
  const units: SnapshotUnit[] = []
  const frozen = new Set<string>()
  const finished = finishedUnits(view)
  for (const record of view.units.values()) {
    if (record.desiredState === 'inactive') continue
    const unit = shelf.unit(record.name, record.file, view.files.get(record.file))
    if (unit === undefined) frozen.add(record.name)
    else units.push({unit, finished: finished.has(record.name) && !unit.placement.global})
  }
  const machines = [...view.machines.values()].map(machine => snapshotMachine(machine, view.settings.get(machine.id)))
  const placements: SnapshotPlacement[] = [...view.allAssignments()].map(({unit, machine, since}) => ({
    ...{unit, machine, since},
    ...(view.units.get(unit)?.desiredState === 'inactive' ? knownAs(unit, view, shelf) : {}),
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
    gone: goneMachines(view),
  }
}

/** Whether this state is the success of a oneshot in its present file and generation. */
export function isDone(
  record: UnitRecord,
  state: {readonly done?: boolean | undefined; readonly file: string; readonly generation: number},
): boolean {
  return state.done === true && state.file === record.file && state.generation === record.generation
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

function snapshotMachine(machine: Machine, settings: MachineSettings | undefined): SnapshotMachine {
  return {
    id: machine.id,
    label: machineLabel(machine),
    metadata: effectiveMetadata(machine, settings),
    drivers: machine.drivers,
    cordoned: settings?.cordoned === true,
    leaving: machine.leaving === true,
  }
}

/** A machine whose record cannot be read is there, but gets nothing new; what stands on it cannot be judged by metadata and stays. */
function unknownMachine(id: string): SnapshotMachine {
  return {id, label: id, metadata: {}, drivers: [], cordoned: true, leaving: false, unreadable: true}
}

/** A machine reports a unit until its run is gone, also after the assignment is. */
function stoppingUnits(view: ClusterView, shelf: UnitShelf): readonly SnapshotStopping[] {
  const stopping: SnapshotStopping[] = []
  for (const {unit: name, machine} of view.allStates()) {
    if (!view.machines.has(machine) || view.assignments.get(machine)?.has(name)) continue
    const {known} = knownAs(name, view, shelf)
    stopping.push({name, machine, ...(known === undefined ? {} : {unit: known})})
  }
  return stopping
}

/** The unit as its record has it, wanted or not. */
function knownAs(name: string, view: ClusterView, shelf: UnitShelf): {readonly known?: Unit} {
  const record = view.units.get(name)
  const known = record && shelf.unit(name, record.file, view.files.get(record.file))
  return known === undefined ? {} : {known}
}

function goneMachines(view: ClusterView): ReadonlySet<string> {
  return new Set([...view.settings].filter(([, settings]) => settings.gone === true).map(([id]) => id))
}
