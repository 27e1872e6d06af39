import {compareNatural} from '../base/natural-order.ts'
import {type AmountShelf, type Amounts, allocatedOn} from './allocated.ts'
import {effectiveMetadata} from './metadata.ts'
import type {Machine, MachineSettings} from './model.ts'
import type {ClusterView} from './view.ts'

/** A machine that is registered: a row of `list-machines`. */
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
