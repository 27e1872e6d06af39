import {encode} from '../../src/lib/cluster/codec.ts'
import {
  assignmentSchema,
  holdSchema,
  leaderSchema,
  type Machine,
  type MachineSettings,
  machineSchema,
  machineSettingsSchema,
  refusalSchema,
  unitRecordSchema,
  unitStateSchema,
} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Entry, Store} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'

type Input<K extends keyof typeof defaults> = Partial<(typeof defaults)[K]>

const file = fileHash('a file')
const defaults = {
  record: {file, desiredState: 'launched' as 'inactive' | 'loaded' | 'launched', generation: 1},
  assignment: {file, desiredState: 'launched' as 'loaded' | 'launched', generation: 1, reason: 'least loaded'},
}

/** An entry as the store would give it, of revision 7 unless said. */
export function entryOf(key: string, value: string, modRevision = 7): Entry {
  return {key, value, createRevision: modRevision, modRevision}
}

/** A unit's record: launched, in its first generation. */
export function recordEntry(unit: string, parts: Input<'record'> = {}, revision = 7): Entry {
  return entryOf(keys.unit(unit), encode(unitRecordSchema, {...defaults.record, ...parts}), revision)
}

/** A unit's assignment to `m1` unless said, as its record has it. */
export function assignmentEntry(unit: string, machine = 'm1', parts: Input<'assignment'> = {}): Entry {
  return entryOf(keys.assignment(machine, unit), encode(assignmentSchema, {...defaults.assignment, ...parts}))
}

interface StateParts {
  readonly load?: string
  readonly file?: string
  readonly generation?: number
  readonly container?: string
  readonly health?: 'healthy'
  readonly exitCode?: number
  readonly restarts?: number
  readonly done?: boolean
  readonly reason?: string
  readonly log?: string[]
  readonly recent?: {at: number; step: string; reason: string}[]
}

/** A unit's state on `m1` unless said, as `active/sub`. */
export function stateEntry(unit: string, words: string, {machine = 'm1', ...parts}: StateParts & {machine?: string} = {}): Entry {
  const [active, sub = ''] = words.split('/')
  const found = (['active', 'activating', 'deactivating', 'inactive', 'failed'] as const).find(known => known === active)
  if (found === undefined) throw new Error(`${words} is no state`)
  const value = {load: 'loaded', active: found, sub, file, generation: 1, restarts: 0, since: 1_000, starts: [], ...parts}
  return entryOf(keys.state(machine, unit), encode(unitStateSchema, value))
}

/** A machine that is registered, called `one` with an address unless said. */
export function machineEntry(id = 'm1', parts: Partial<Omit<Machine, 'id'>> = {}): Entry {
  const machine = {
    name: 'one',
    hostname: 'host-one',
    address: '10.0.0.1',
    metadata: {},
    capacity: {cpus: 2, memoryBytes: 2 ** 30},
    drivers: ['docker'],
    version: '1',
    session: '1',
    process: {boot: 'b1', pid: 1},
    ...parts,
  }
  return entryOf(keys.machine(id), encode(machineSchema, machine))
}

export function machineSettingsEntry(id: string, settings: Omit<MachineSettings, 'revision'>): Entry {
  return entryOf(keys.machineSettings(id), encode(machineSettingsSchema, settings))
}

/** Why a unit has no place, said of the record of that revision. */
export function refusalEntry(unit: string, reason: string, unitRevision = 7): Entry {
  return entryOf(keys.refusal(unit), encode(refusalSchema, {reason, unitRevision}))
}

export const leaderEntry: Entry = entryOf(keys.leader, encode(leaderSchema, {machine: 'm1'}))

export function holdEntry(reason: string): Entry {
  return entryOf(keys.hold, encode(holdSchema, {reason}))
}

/** The cluster of these entries, at rest. */
export function viewOf(...entries: readonly Entry[]): ClusterView {
  return ClusterView.of(entries)
}

/** The unit file of every record and assignment that says nothing else. */
export {file as storedFile}

/** A store that holds these, each at a revision of its own. */
export async function storeOf(entries: readonly Entry[]): Promise<Store> {
  const store = new MemoryStore()
  for (const {key, value} of entries) await store.commit([], [{kind: 'put', key, value}])
  return store
}
