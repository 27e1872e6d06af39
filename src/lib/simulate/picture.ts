import {effectiveMetadata} from '../cluster/metadata.ts'
import type {Machine} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {UnitShelf} from '../engine/unit-shelf.ts'

/** How a cluster is filled. */
export interface Picture {
  readonly machines: number
  /** Units that are to have a place; a global one counts once. */
  readonly wanted: number
  /** Those of them that have one, on a machine that is there. */
  readonly placed: number
  readonly resources: readonly ResourceUse[]
  /** How many units the machines have. */
  readonly unitsByMachine: Spread
  readonly places: readonly PlaceUse[]
  /** Units without a place, by what the engine says of them, the most first. */
  readonly missing: readonly Missing[]
}

/** The least, the middle and the most of the machines. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

export interface ResourceUse {
  /** `cpu`, `memory`, `disk`, or a device's name. */
  readonly resource: string
  /** Sums, of memory and disk in bytes. */
  readonly allocated: number
  readonly capacity: number
  /** Allocated by capacity, of the machines that have any. */
  readonly byMachine: Spread
  /** How many machines are filled by up to a tenth, by up to two tenths, … */
  readonly tenths: readonly number[]
}

/** What stands where the metadata has this value. */
export interface PlaceUse {
  readonly key: string
  readonly value: string
  readonly machines: number
  readonly units: number
  /** Allocated by capacity; absent where there is no capacity. */
  readonly cpu?: number
  readonly memory?: number
}

export interface Missing {
  readonly reason: string
  readonly units: readonly string[]
}

/** Looks at a cluster as it is stored. */
export function pictureOf(view: ClusterView, shelf: UnitShelf): Picture {
  const fills = [...view.machines.values()].map(machine => fillOf(machine, view, shelf))
  const missing = missingUnits(view)
  const wanted = [...view.units.values()].filter(({desiredState}) => desiredState !== 'inactive').length
  return {
    machines: fills.length,
    wanted,
    placed: wanted - missing.reduce((sum, {units}) => sum + units.length, 0),
    resources: resourcesOf(fills),
    unitsByMachine: spreadOf(fills.map(({units}) => units)),
    places: placesOf(fills),
    missing,
  }
}

interface Fill {
  readonly metadata: Readonly<Record<string, string>>
  readonly units: number
  readonly allocated: ReadonlyMap<string, number>
  readonly capacity: ReadonlyMap<string, number>
}

function fillOf(machine: Machine, view: ClusterView, shelf: UnitShelf): Fill {
  const {cpus, memoryBytes, diskBytes = 0, devices = {}} = machine.capacity
  const allocated = new Map<string, number>()
  const assigned = view.assignments.get(machine.id)
  for (const {unit, file} of assigned?.values() ?? []) {
    const requests = shelf.unit(unit, file, view.files.get(file))?.requests
    if (requests === undefined) continue
    for (const [name, amount] of amounts(requests)) allocated.set(name, (allocated.get(name) ?? 0) + amount)
  }
  return {
    metadata: effectiveMetadata(machine, view.settings.get(machine.id)),
    units: assigned?.size ?? 0,
    allocated,
    capacity: new Map(amounts({cpus, memoryBytes, diskBytes, devices})),
  }
}

interface Amounts {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly devices: Readonly<Record<string, number>>
}

/** Those that are not nothing. */
function amounts({cpus, memoryBytes, diskBytes, devices}: Amounts): readonly (readonly [string, number])[] {
  const all = [['cpu', cpus] as const, ['memory', memoryBytes] as const, ['disk', diskBytes] as const, ...Object.entries(devices)]
  return all.filter(([, amount]) => amount > 0)
}

function resourcesOf(fills: readonly Fill[]): readonly ResourceUse[] {
  const known = new Set(['cpu', 'memory', ...fills.flatMap(({allocated}) => [...allocated.keys()])])
  return [...known].map(resource => {
    const having = fills.filter(({capacity}) => capacity.has(resource))
    const shares = having.map(fill => shareOf([fill], resource) ?? 0)
    const tenths = Array.from({length: 10}, () => 0)
    for (const share of shares) {
      const tenth = Math.min(9, Math.floor(share * 10))
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    return {
      resource,
      allocated: sum(fills, resource, 'allocated'),
      capacity: sum(fills, resource, 'capacity'),
      byMachine: spreadOf(shares),
      tenths,
    }
  })
}

/** By the keys of metadata that part the machines into a few: no hostnames, and nothing that all have alike. */
function placesOf(fills: readonly Fill[]): readonly PlaceUse[] {
  const keys = [...new Set(fills.flatMap(({metadata}) => Object.keys(metadata)))].sort()
  return keys.flatMap(key => {
    const groups = Map.groupBy(fills, ({metadata}) => metadata[key] ?? '')
    groups.delete('')
    if (groups.size < 2 || groups.size > mostValues) return []
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, members]) => {
        const [cpu, memory] = [shareOf(members, 'cpu'), shareOf(members, 'memory')]
        const units = members.reduce((count, fill) => count + fill.units, 0)
        return {
          ...{key, value, machines: members.length, units},
          ...(cpu === undefined ? {} : {cpu}),
          ...(memory === undefined ? {} : {memory}),
        }
      })
  })
}

const mostValues = 12

function shareOf(fills: readonly Fill[], resource: string): number | undefined {
  const capacity = sum(fills, resource, 'capacity')
  return capacity === 0 ? undefined : sum(fills, resource, 'allocated') / capacity
}

function sum(fills: readonly Fill[], resource: string, of: 'allocated' | 'capacity'): number {
  return fills.reduce((all, fill) => all + (fill[of].get(resource) ?? 0), 0)
}

function missingUnits(view: ClusterView): readonly Missing[] {
  const placed = new Set<string>()
  const elsewhere = new Set<string>()
  for (const {unit, machine} of view.allAssignments()) (view.machines.has(machine) ? placed : elsewhere).add(unit)
  const missing = [...view.units.values()].filter(({name, desiredState}) => desiredState !== 'inactive' && !placed.has(name))
  const reasonOf = (name: string) =>
    view.refusals.get(name)?.reason ??
    (elsewhere.has(name) ? (view.hold ?? 'its machine is lost') : 'it waits for others to stop')
  const groups = Map.groupBy(missing, ({name}) => reasonOf(name))
  return [...groups]
    .map(([reason, records]) => ({reason, units: records.map(({name}) => name)}))
    .sort((a, b) => b.units.length - a.units.length || (a.reason < b.reason ? -1 : 1))
}

function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? 0
  const middle = (sorted.length - 1) / 2
  return {min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(sorted.length - 1)}
}
