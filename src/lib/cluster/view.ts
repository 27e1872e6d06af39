import {MultiMap} from '../base/multi-map.ts'
import {keyParser, type ParsedKey, parseKey, prefixes} from '../store/keys.ts'
import type {ChangeEvent, Entry} from '../store/store.ts'
import {type Decoded, decode, decoder, rememberingDecoder} from './codec.ts'
import {
  type Assignment,
  assignmentSchema,
  type ClusterSettings,
  clusterSchema,
  clusterSettingsSchema,
  holdSchema,
  type Leader,
  leaderSchema,
  type Machine,
  type MachineSettings,
  type MoveWish,
  machineSchema,
  machineSettingsSchema,
  moveSchema,
  type Refusal,
  refusalSchema,
  refusalText,
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
  /** What operators wish to stand elsewhere, by unit. */
  readonly moves = new Map<string, MoveWish>()
  clusterSettings: ClusterSettings = {}
  leader: Leader | undefined
  /** Why the engine moves nothing away from lost machines, while that is so. */
  hold: string | undefined
  clusterId: string | undefined
  /** What could not be read: key → what is wrong. */
  readonly unreadable = new Map<string, string>()
  /** By unit, the machines that report it; once anybody has asked. */
  private reporters: MultiMap<string, string> | undefined

  static of(entries: Iterable<Entry>): ClusterView {
    const view = new ClusterView()
    view.putAll(entries)
    return view
  }

  putAll(entries: Iterable<Entry>): void {
    for (const entry of entries) this.put(entry)
  }

  apply(events: Iterable<ChangeEvent>): void {
    for (const event of events) {
      if (event.kind === 'put') this.put(event.entry)
      else this.remove(event.key)
    }
  }

  put(entry: Entry): void {
    const key = parse(entry.key)
    if (key === undefined) return
    const problem = put(this, key, entry)
    if (problem !== undefined) {
      this.remove(entry.key)
      this.unreadable.set(entry.key, problem)
      return
    }
    this.unreadable.delete(entry.key)
    if (key.kind === 'state') this.reporters?.add(key.unit, key.machine)
  }

  remove(name: string): void {
    this.unreadable.delete(name)
    const key = parseKey(name)
    if (key === undefined) return
    remove(this, key)
    if (key.kind === 'state') this.reporters?.delete(key.unit, key.machine)
  }

  /** Every assignment, in no order. */
  *allAssignments(): Generator<Assignment> {
    for (const units of this.assignments.values()) yield* units.values()
  }

  /** Every state, in no order. */
  *allStates(): Generator<UnitState> {
    for (const units of this.states.values()) yield* units.values()
  }

  /** Whether a machine is registered, be it readable or not. */
  isThere(machine: string): boolean {
    return this.machines.has(machine) || this.unreadable.has(prefixes.machines + machine)
  }

  state(machine: string, unit: string): UnitState | undefined {
    return this.states.get(machine)?.get(unit)
  }

  /** The machines that report the unit, whether they are there or not. */
  reportersOf(unit: string): ReadonlySet<string> {
    if (this.reporters === undefined) {
      this.reporters = new MultiMap()
      for (const state of this.allStates()) this.reporters.add(state.unit, state.machine)
    }
    return this.reporters.get(unit)
  }
}

const parse = keyParser()
const decodeRecord = rememberingDecoder(unitRecordSchema)
const decodeAssignment = rememberingDecoder(assignmentSchema)
const decodeState = decoder(unitStateSchema)
const decodeMachine = decoder(machineSchema)
const decodeRefusal = decoder(refusalSchema)

/** Takes an entry into the view, or says what is wrong with it. The value comes first in each: V8 copies it as a whole then. */
function put(view: ClusterView, key: ParsedKey, entry: Entry): string | undefined {
  switch (key.kind) {
    case 'file':
      view.files.set(key.hash, entry.value)
      return undefined
    case 'unit':
      return take(decodeRecord(entry.value), value =>
        view.units.set(key.unit, {...value, name: key.unit, revision: entry.modRevision}),
      )
    case 'machine':
      return take(decodeMachine(entry.value), value => view.machines.set(key.machine, {id: key.machine, ...value}))
    case 'machineSettings':
      return take(decode(machineSettingsSchema, entry.value), value =>
        view.settings.set(key.machine, {...value, revision: entry.modRevision}),
      )
    case 'assignment':
      return take(decodeAssignment(entry.value), value =>
        inner(view.assignments, key.machine).set(key.unit, {
          ...value,
          machine: key.machine,
          unit: key.unit,
          since: entry.createRevision,
        }),
      )
    case 'state':
      return take(decodeState(entry.value), value =>
        inner(view.states, key.machine).set(key.unit, {...value, machine: key.machine, unit: key.unit}),
      )
    case 'refusal':
      return take(decodeRefusal(entry.value), ({reason: objections, gaveWayTo, ...value}) =>
        view.refusals.set(key.unit, {
          unit: key.unit,
          ...value,
          objections,
          gaveWayTo,
          reason: refusalText(objections, gaveWayTo),
        }),
      )
    case 'move':
      return take(decode(moveSchema, entry.value), value => view.moves.set(key.unit, {unit: key.unit, ...value}))
    case 'clusterSettings':
      return take(decode(clusterSettingsSchema, entry.value), value => {
        view.clusterSettings = value
      })
    case 'leader':
      return take(decode(leaderSchema, entry.value), value => {
        view.leader = value
      })
    case 'hold':
      return take(decode(holdSchema, entry.value), value => {
        view.hold = value.reason
      })
    case 'cluster':
      return take(decode(clusterSchema, entry.value), value => {
        view.clusterId = value.id
      })
  }
}

function remove(view: ClusterView, key: ParsedKey): void {
  switch (key.kind) {
    case 'file':
      view.files.delete(key.hash)
      break
    case 'unit':
      view.units.delete(key.unit)
      break
    case 'machine':
      view.machines.delete(key.machine)
      break
    case 'machineSettings':
      view.settings.delete(key.machine)
      break
    case 'assignment':
      removeInner(view.assignments, key.machine, key.unit)
      break
    case 'state':
      removeInner(view.states, key.machine, key.unit)
      break
    case 'refusal':
      view.refusals.delete(key.unit)
      break
    case 'move':
      view.moves.delete(key.unit)
      break
    case 'clusterSettings':
      view.clusterSettings = {}
      break
    case 'leader':
      view.leader = undefined
      break
    case 'hold':
      view.hold = undefined
      break
    case 'cluster':
      view.clusterId = undefined
  }
}

function take<T>(decoded: Decoded<T>, keep: (value: T) => void): string | undefined {
  if ('problem' in decoded) return decoded.problem
  keep(decoded.value)
  return undefined
}

/** The map behind a key, made where there is none. */
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
