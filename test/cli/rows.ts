import type {AllocatedMachineRow} from '../../src/lib/cluster/machine-rows.ts'
import type {UnitRow} from '../../src/lib/cluster/rows.ts'
import type {UnitFileRow} from '../../src/lib/cluster/unit-file-rows.ts'

/** Two days after the epoch: the `now` of the tests. */
export const now = 2 * 86_400_000

export const hash = '0123456789abcdef'.repeat(4)
export const machineId = 'aaaabbbbccccdddd'

/** A unit that runs, for three minutes, where nothing remarkable ever happened. */
export const unitRow: UnitRow = {
  unit: 'web@1.service',
  machine: machineId,
  target: 'aaaabbbb.../10.0.0.1',
  address: '10.0.0.1',
  desiredState: 'launched',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: hash,
  generation: 1,
  health: null,
  restarts: 0,
  exitCode: null,
  container: null,
  since: now - 180_000,
  reason: null,
}

/** A unit without a place. */
export const unplacedRow: UnitRow = {
  ...unitRow,
  unit: 'web@2.service',
  machine: null,
  target: null,
  address: null,
  active: 'inactive',
  sub: 'unplaced',
  since: null,
  reason: '1 machine: 1 lacks role=db',
}

export const unitFileRow: UnitFileRow = {
  unit: 'web@1.service',
  file: hash,
  desiredState: 'launched',
  state: 'loaded',
  target: 'aaaabbbb.../10.0.0.1',
  targetMachine: machineId,
  global: false,
  description: 'The shop',
}

export const machineRow: AllocatedMachineRow = {
  machine: machineId,
  name: null,
  address: '10.0.0.1',
  hostname: 'host-one',
  metadata: {zone: '1', role: 'web'},
  cpus: 2,
  memoryBytes: 1.5 * 1024 ** 3,
  diskBytes: 100 * 1024 ** 3,
  devices: {},
  allocated: {cpus: 0.5, memoryBytes: 512 * 1024 ** 2, diskBytes: 0, devices: {}},
  drivers: ['docker', 'systemd'],
  version: '0.1.0',
  units: 3,
  status: 'ready',
}
