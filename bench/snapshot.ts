import type {Snapshot, SnapshotMachine, SnapshotUnit} from '../src/lib/scheduler/snapshot.ts'
import {parseUnitFile} from '../src/lib/unit/file.ts'
import {understandUnit} from '../src/lib/unit/parse-unit.ts'
import type {Unit} from '../src/lib/unit/unit.ts'

/** Machines and units of mixed classes: every class of units asks for metadata, and half of them for a machine each. */
export function benchSnapshot(machines: number, units: number): Snapshot {
  return {
    machines: Array.from({length: machines}, (_, index) => machineAt(index)),
    units: [...unitsOf(units, machines)],
    placements: [],
    stopping: [],
    frozen: new Set(),
    recentlyLost: new Set(),
    gone: new Set(),
  }
}

const roles = ['web', 'db', 'cache', 'batch']
const zones = 3

function machineAt(index: number): SnapshotMachine {
  return {
    id: `m${String(index).padStart(6, '0')}`,
    label: `m${index}`,
    metadata: {
      role: roles[index % roles.length] ?? '',
      zone: String((index >> 2) % zones),
      disk: index % 5 === 0 ? 'hdd' : 'ssd',
    },
    drivers: ['docker'],
    cordoned: false,
    leaving: false,
  }
}

/** As many classes as keep each below half of the machines that suit it. */
function* unitsOf(count: number, machines: number): Generator<SnapshotUnit> {
  const instances = Math.max(1, Math.floor(machines / roles.length / zones / 2))
  for (let made = 0, kind = 0; made < count; kind++) {
    const file = parseUnitFile(textOf(kind)).file
    void file
    const read = parseUnitFile(textOf(kind))
    for (let instance = 1; instance <= instances && made < count; instance++, made++) {
      const {unit} = understandUnit(`app${kind}@${instance}.service`, read)
      if (unit === undefined) throw new Error('the unit of the bench cannot be read')
      yield {unit: unit satisfies Unit, finished: false}
    }
  }
}

function textOf(kind: number): string {
  const role = roles[kind % roles.length]
  const zone = (kind >> 2) % zones
  const apart = kind % 2 === 0 ? `Conflicts=app${kind}@*.service\n` : ''
  return `[Container]\nImage=app:${kind}\n[X-Fleet]\nMachineMetadata=role=${role}\nMachineMetadata=zone=${zone}\n${apart}`
}
