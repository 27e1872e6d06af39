import type {Resources} from '../unit/container/container-spec.ts'
import {parseUnitFile, type ReadUnitFile} from '../unit/file.ts'
import {understandUnit} from '../unit/parse-unit.ts'
import type {Requests} from '../unit/placement/requests.ts'
import {ProblemList} from '../unit/problem-list.ts'
import {parseServiceResources} from '../unit/service/service-resources.ts'
import type {ClusterView} from './view.ts'

/** Sums of what units ask for. */
export interface Amounts {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** By name: `{gpu: 2}`. */
  readonly devices: Readonly<Record<string, number>>
}

/** What a unit asks of its machine, and what it is held to; null where nothing holds it. */
export interface UnitAmounts {
  readonly requests: Amounts
  readonly cpuLimit: number | null
  readonly memoryLimitBytes: number | null
}

/** What units ask for, by their unit files: each file is read once, and each unit once for its file. */
export class AmountShelf {
  private readonly files = new Map<string, ReadUnitFile>()
  private readonly units = new Map<string, {readonly file: string; readonly amounts: UnitAmounts | undefined}>()

  /** Undefined for a file that is missing or cannot be understood. */
  of(unit: string, file: string, text: string | undefined): UnitAmounts | undefined {
    if (text === undefined) return undefined
    const known = this.units.get(unit)
    if (known?.file === file) return known.amounts
    const read = this.files.get(file) ?? parseUnitFile(text)
    this.files.set(file, read)
    const amounts = amountsOf(unit, read)
    this.units.set(unit, {file, amounts})
    return amounts
  }
}

/** What the units that are assigned to a machine ask for together; those whose files cannot be understood count nothing. */
export function allocatedOn(machine: string, view: ClusterView, shelf: AmountShelf): Amounts {
  const devices: Record<string, number> = {}
  let [cpus, memoryBytes, diskBytes] = [0, 0, 0]
  for (const {unit, file} of view.assignments.get(machine)?.values() ?? []) {
    const requests = shelf.of(unit, file, view.files.get(file))?.requests
    if (requests === undefined) continue
    cpus += requests.cpus
    memoryBytes += requests.memoryBytes
    diskBytes += requests.diskBytes
    for (const [name, count] of Object.entries(requests.devices)) devices[name] = (devices[name] ?? 0) + count
  }
  return {cpus, memoryBytes, diskBytes, devices}
}

function amountsOf(name: string, read: ReadUnitFile): UnitAmounts | undefined {
  const {unit} = understandUnit(name, read)
  if (unit === undefined) return undefined
  const limits = unit.container?.resources ?? parseServiceResources(read.file, new ProblemList()).resources
  return {requests: asked(unit.requests), cpuLimit: cpusOf(limits), memoryLimitBytes: limits.memoryBytes ?? null}
}

function asked({cpus, memoryBytes, diskBytes, devices}: Requests): Amounts {
  return {cpus, memoryBytes, diskBytes, devices}
}

function cpusOf({cpus, cpuQuotaMicroseconds = 0, cpuPeriodMicroseconds = 100_000}: Resources): number | null {
  return cpus ?? (cpuQuotaMicroseconds > 0 ? cpuQuotaMicroseconds / cpuPeriodMicroseconds : null)
}
