import {compareNatural} from '../../base/natural-order.ts'
import {type AmountShelf, type Amounts, allocatedOn} from '../../cluster/allocated.ts'
import {machineLabel, shortId} from '../../cluster/machine-name.ts'
import type {Machine} from '../../cluster/model.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {MachineUse} from '../../top/machine-uses.ts'
import {sumOfUses, type UnitUse} from '../../top/rates.ts'

/** What every row tells, by whose name it is sorted. */
interface Top {
  /** What it takes just now; null where it cannot be told. */
  readonly used: UnitUse
  /** Why it cannot. */
  readonly problem: string | null
}

export interface TopMachine extends Top {
  readonly machine: string
  readonly name: string | null
  readonly address: string
  readonly units: number
  /** What units may take of it. */
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number | null
  readonly devices: Readonly<Record<string, number>>
  /** What its units ask for together. */
  readonly allocated: Amounts
}

export interface TopUnit extends Top {
  readonly unit: string
  readonly machine: string
  /** The machine as lists call it. */
  readonly target: string
  /** Null when its file is missing or cannot be understood. */
  readonly requests: Amounts | null
  /** What it is held to; null where nothing holds it. */
  readonly cpuLimit: number | null
  readonly memoryLimitBytes: number | null
}

/** Sums of all machines that are shown. */
export interface TopCluster {
  readonly machines: number
  readonly units: number
  readonly cpus: number
  readonly memoryBytes: number
  readonly allocated: {readonly cpus: number; readonly memoryBytes: number}
  readonly used: UnitUse
  /** Machines that did not answer: what is used is told without them. */
  readonly silent: number
}

export const topOrders = ['name', 'cpu', 'memory'] as const
export type TopOrder = (typeof topOrders)[number]

export type Uses = ReadonlyMap<string, MachineUse>

/** What is shown, and by what it is told. */
export interface TopSight {
  readonly view: ClusterView
  readonly shelf: AmountShelf
  /** By machine: those that have units and were asked. */
  readonly uses: Uses
}

/** Rows of these machines; who has no units takes nothing. */
export function topMachines(machines: readonly Machine[], {view, shelf, uses}: TopSight): readonly TopMachine[] {
  return machines.map(machine => {
    const {id, name = null, address, capacity} = machine
    const use = uses.get(id)
    const units = view.assignments.get(id)?.size ?? 0
    return {
      ...{machine: id, name, address, units},
      cpus: capacity.cpus,
      memoryBytes: capacity.memoryBytes,
      diskBytes: capacity.diskBytes ?? null,
      devices: capacity.devices ?? {},
      allocated: allocatedOn(id, view, shelf),
      used: units === 0 && use === undefined ? nothing : usedOn(use),
      problem: problemOf(use),
    }
  })
}

/** Rows of the units that these machines have. */
export function topUnits(machines: readonly string[], {view, shelf, uses}: TopSight): readonly TopUnit[] {
  return machines.flatMap(machine => {
    const registered = view.machines.get(machine)
    const use = uses.get(machine)
    return [...(view.assignments.get(machine)?.values() ?? [])].map(({unit, file}) => {
      const amounts = shelf.of(unit, file, view.files.get(file))
      return {
        ...{unit, machine, target: registered === undefined ? shortId(machine) : machineLabel(registered)},
        requests: amounts?.requests ?? null,
        cpuLimit: amounts?.cpuLimit ?? null,
        memoryLimitBytes: amounts?.memoryLimitBytes ?? null,
        used: use !== undefined && 'units' in use ? (use.units.get(unit) ?? nothing) : unknown,
        problem: registered === undefined ? 'its machine is lost' : problemOf(use),
      }
    })
  })
}

export function topCluster(machines: readonly TopMachine[]): TopCluster {
  const sum = (amount: (machine: TopMachine) => number) => machines.reduce((all, machine) => all + amount(machine), 0)
  return {
    machines: machines.length,
    units: sum(({units}) => units),
    cpus: sum(({cpus}) => cpus),
    memoryBytes: sum(({memoryBytes}) => memoryBytes),
    allocated: {cpus: sum(({allocated}) => allocated.cpus), memoryBytes: sum(({allocated}) => allocated.memoryBytes)},
    used: sumOfUses(machines.map(({used}) => used)),
    silent: machines.filter(({problem}) => problem !== null).length,
  }
}

/** By name as people count, or what takes most first. */
export function sortTop<Row extends Top>(rows: readonly Row[], order: TopOrder, name: (row: Row) => string): readonly Row[] {
  const amount = ({used}: Row) => (order === 'cpu' ? used.cpus : used.memoryBytes) ?? -1
  return rows.toSorted((a, b) => (order === 'name' ? 0 : amount(b) - amount(a)) || compareNatural(name(a), name(b)))
}

const nothing: UnitUse = {cpus: 0, memoryBytes: 0}
const unknown: UnitUse = {cpus: null, memoryBytes: null}

function usedOn(use: MachineUse | undefined): UnitUse {
  if (use === undefined || 'problem' in use) return unknown
  return use.units.size === 0 ? nothing : sumOfUses(use.units.values())
}

function problemOf(use: MachineUse | undefined): string | null {
  return use !== undefined && 'problem' in use ? use.problem.message : null
}
