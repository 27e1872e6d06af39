import type {ChangeEvent, Entry} from '../store/store.ts'
import {parseKey} from '../store/keys.ts'
import {type Decoded, decode} from './codec.ts'
import {
  type Assignment,
  assignmentSchema,
  clusterSchema,
  holdSchema,
  type Leader,
  leaderSchema,
  type Machine,
  machineSchema,
  type MachineSettings,
  machineSettingsSchema,
  type Refusal,
  refusalSchema,
  type UnitRecord,
  type UnitState,
  unitRecordSchema,
  unitStateSchema,
} from './model.ts'

/**
 * What the cluster stores, decoded: filled from a listing, kept by changes. Whoever looks at the cluster looks at one of
 * these: engine, agent, command line, API. A value that cannot be read is remembered under its key and everything else
 * goes on; who decides must not take such a thing for absent.
 */
export class ClusterView {
  /** Unit files by hash. */
  readonly files = new Map<string, string>()
  readonly units = new Map<string, UnitRecord>()
  readonly machines = new Map<string, Machine>()
  readonly settings = new Map<string, MachineSettings>()
  /** By machine, then unit. */
  readonly assignments = new Map<string, Map<string, Assignment>>()
  /** By machine, then unit. */
  readonly states = new Map<string, Map<string, UnitState>>()
  readonly refusals = new Map<string, Refusal>()
  leader: Leader | undefined
  /** Why the engine moves nothing away from lost machines, while that is so. */
  hold: string | undefined
  clusterId: string | undefined
  /** What could not be read: key → what is wrong. */
  readonly unreadable = new Map<string, string>()

  static of(entries: Iterable<Entry>): ClusterView {
    const view = new ClusterView()
    for (const entry of entries) view.put(entry)
    return view
  }

  apply(events: Iterable<ChangeEvent>): void {
    for (const event of events) {
      if (event.kind === 'put') this.put(event.entry)
      else this.remove(event.key)
    }
  }

  put(entry: Entry): void {
    const key = parseKey(entry.key)
    if (key === undefined) return
    this.remove(entry.key)
    switch (key.kind) {
      case 'file':
        this.files.set(key.hash, entry.value)
        return
      case 'unit':
        return this.take(entry, decode(unitRecordSchema, entry.value), value =>
          this.units.set(key.unit, {name: key.unit, revision: entry.modRevision, ...value}),
        )
      case 'machine':
        return this.take(entry, decode(machineSchema, entry.value), value => this.machines.set(key.machine, {id: key.machine, ...value}))
      case 'machineSettings':
        return this.take(entry, decode(machineSettingsSchema, entry.value), value => this.settings.set(key.machine, value))
      case 'assignment':
        return this.take(entry, decode(assignmentSchema, entry.value), value =>
          inner(this.assignments, key.machine).set(key.unit, {
            machine: key.machine,
            unit: key.unit,
            since: entry.createRevision,
            ...value,
          }),
        )
      case 'state':
        return this.take(entry, decode(unitStateSchema, entry.value), value =>
          inner(this.states, key.machine).set(key.unit, {machine: key.machine, unit: key.unit, ...value}),
        )
      case 'refusal':
        return this.take(entry, decode(refusalSchema, entry.value), value => this.refusals.set(key.unit, {unit: key.unit, ...value}))
      case 'leader':
        return this.take(entry, decode(leaderSchema, entry.value), value => {
          this.leader = value
        })
      case 'hold':
        return this.take(entry, decode(holdSchema, entry.value), value => {
          this.hold = value.reason
        })
      case 'cluster':
        return this.take(entry, decode(clusterSchema, entry.value), value => {
          this.clusterId = value.id
        })
    }
  }

  remove(name: string): void {
    this.unreadable.delete(name)
    const key = parseKey(name)
    if (key === undefined) return
    switch (key.kind) {
      case 'file':
        this.files.delete(key.hash)
        return
      case 'unit':
        this.units.delete(key.unit)
        return
      case 'machine':
        this.machines.delete(key.machine)
        return
      case 'machineSettings':
        this.settings.delete(key.machine)
        return
      case 'assignment':
        removeInner(this.assignments, key.machine, key.unit)
        return
      case 'state':
        removeInner(this.states, key.machine, key.unit)
        return
      case 'refusal':
        this.refusals.delete(key.unit)
        return
      case 'leader':
        this.leader = undefined
        return
      case 'hold':
        this.hold = undefined
        return
      case 'cluster':
        this.clusterId = undefined
    }
  }

  /** Every assignment, in no order. */
  *allAssignments(): Generator<Assignment> {
    for (const units of this.assignments.values()) yield* units.values()
  }

  /** Every state, in no order. */
  *allStates(): Generator<UnitState> {
    for (const units of this.states.values()) yield* units.values()
  }

  state(machine: string, unit: string): UnitState | undefined {
    return this.states.get(machine)?.get(unit)
  }

  private take<T>(entry: Entry, decoded: Decoded<T>, keep: (value: T) => void): void {
    if ('value' in decoded) keep(decoded.value)
    else this.unreadable.set(entry.key, decoded.problem)
  }
}

function inner<T>(outer: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const found = outer.get(key)
  if (found !== undefined) return found
  const made = new Map<string, T>()
  outer.set(key, made)
  return made
}

function removeInner<T>(outer: Map<string, Map<string, T>>, key: string, innerKey: string): void {
  const found = outer.get(key)
  if (found?.delete(innerKey) && found.size === 0) outer.delete(key)
}
