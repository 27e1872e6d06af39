import {UnitShelf} from '../src/lib/engine/unit-shelf.ts'
import type {Snapshot, SnapshotMachine, SnapshotUnit} from '../src/lib/scheduler/snapshot.ts'
import {fileHash} from '../src/lib/unit/hash.ts'
import type {Unit} from '../src/lib/unit/unit.ts'

/** How large a cluster of the benchmark is. */
export interface Size {
  readonly machines: number
  readonly units: number
}

export interface BenchMachine {
  readonly id: string
  readonly metadata: Readonly<Record<string, string>>
  readonly capacity: {readonly cpus: number; readonly memoryBytes: number}
}

/** Units that share a unit file: the instances of a template. */
export interface BenchKind {
  readonly text: string
  readonly names: readonly string[]
}

/** Nothing is placed yet: machines and units of mixed classes, with metadata, resources, conflicts and limits. */
export function benchSnapshot(size: Size): Snapshot {
  return unplaced(benchMachines(size), benchKinds(size))
}

/** The same of any machines and units. */
export function unplaced(machines: readonly BenchMachine[], kinds: readonly BenchKind[]): Snapshot {
  return {
    machines: machines.map(snapshotMachine),
    units: snapshotUnits(kinds),
    placements: [],
    stopping: [],
    frozen: new Set(),
    recentlyLost: new Set(),
    gone: new Set(),
  }
}

/** The same units as if nobody had looked at them before: what is kept by unit, or by what it says, is not kept of these. */
export function asNew(snapshot: Snapshot): Snapshot {
  const said = new Map<Unit['placement'], Unit['placement']>()
  const units = snapshot.units.map(({unit, finished}) => {
    const placement = said.get(unit.placement) ?? {...unit.placement}
    said.set(unit.placement, placement)
    return {unit: {...unit, placement}, finished}
  })
  return {...snapshot, units}
}

/** Machines of four roles in three zones and racks of twenty, of three sizes; all units take six tenths of all of them. */
export function benchMachines({machines, units}: Size): readonly BenchMachine[] {
  const share = units / machines / load / meanOf(machineSizes)
  const cpus = meanOf(kindCpus) * share
  const memory = meanOf(kindMegabytes) * share
  return Array.from({length: machines}, (_, index) => {
    const size = machineSizes[Math.floor(index / roles.length / zones) % machineSizes.length] ?? 1
    return {
      id: machineId(index),
      metadata: {
        role: roles[index % roles.length] ?? '',
        zone: String((index >> 2) % zones),
        rack: String(Math.floor(index / rackSize)),
        disk: index % 5 === 0 ? 'hdd' : 'ssd',
      },
      capacity: {cpus: cpus * size, memoryBytes: Math.ceil(memory * size) * 1024 ** 2},
    }
  })
}

/** As many classes as keep each below half of the machines that suit it. */
export function benchKinds({machines, units}: Size): readonly BenchKind[] {
  const instances = Math.max(1, Math.floor(machines / roles.length / zones / 2))
  return Array.from({length: Math.ceil(units / instances)}, (_, kind) => ({
    text: textOf(kind),
    names: Array.from(
      {length: Math.min(instances, units - kind * instances)},
      (__, instance) => `app${kind}@${instance + 1}.service`,
    ),
  }))
}

export function machineId(index: number): string {
  return `m${String(index).padStart(6, '0')}`
}

const roles = ['web', 'db', 'cache', 'batch']
const zones = 3
const rackSize = 20
/** How much of all machines is taken in the end. */
const load = 0.6
const machineSizes = [0.75, 1, 1.5]
const kindCpus = [0.1, 0.25, 0.5, 1]
const kindMegabytes = [64, 512, 128, 256]

function snapshotMachine({id, metadata, capacity}: BenchMachine): SnapshotMachine {
  const all = {...capacity, diskBytes: 0, devices: {}}
  return {id, label: id, metadata, drivers: ['docker'], capacity: all, cordoned: false, leaving: false}
}

function snapshotUnits(kinds: readonly BenchKind[]): readonly SnapshotUnit[] {
  const shelf = new UnitShelf()
  return kinds.flatMap(({text, names}) => {
    const file = fileHash(text)
    return names.map(name => {
      const unit = shelf.unit(name, file, text)
      if (unit === undefined) throw new Error(`${name} of the benchmark cannot be read:\n${text}`)
      return {unit, finished: false}
    })
  })
}

/** Every class asks for metadata and resources; half of them for a machine each, of the others some for at most so many. */
function textOf(kind: number): string {
  const round = Math.floor(kind / roles.length / zones)
  const memory = kindMegabytes[(round + Math.floor(round / kindCpus.length)) % kindMegabytes.length]
  const requests = `cpu=${kindCpus[round % kindCpus.length]} memory=${memory}M`
  const [, limit = ''] = limits.find(([every]) => (kind + round) % every === 0) ?? []
  return `[Container]
Image=app:${kind}

[X-Fleet]
MachineMetadata=role=${roles[kind % roles.length]}
MachineMetadata=zone=${(kind >> 2) % zones}
Requests=${requests}
${limit.replace('%k', String(kind))}
`
}

/** The first whose number divides the class's. */
const limits: readonly (readonly [every: number, line: string])[] = [
  [2, 'Conflicts=app%k@*.service'],
  [5, 'MaxPer=rack:2'],
  [3, 'MaxPerMachine=2'],
]

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
