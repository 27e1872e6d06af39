import type {UnitState} from '../../../cluster/model.ts'
import {ClusterView} from '../../../cluster/view.ts'
import {type ParsedKey, parseKey} from '../../../store/keys.ts'
import type {Change, ChangeEvent, Entry} from '../../../store/store.ts'

/** What an event may be about. */
export const eventKinds = [
  'unit',
  'machine',
  'settings',
  'assignment',
  'state',
  'refusal',
  'move',
  'cluster',
  'leader',
  'hold',
] as const
export type EventKind = (typeof eventKinds)[number]

/** One thing that came to be so, or is not there any more. */
export interface ClusterEvent {
  readonly kind: EventKind
  readonly change: 'set' | 'gone'
  readonly revision: number
  readonly unit?: string
  readonly machine?: string
  /** Null for what is gone, and for what cannot be read. */
  readonly value: object | null
  /** Why it cannot be read. */
  readonly problem?: string
}

/** What a change says in our words, in the order in which it was written. Unit files and what is not ours are left out. */
export function eventsOf({events, revision}: Change): readonly ClusterEvent[] {
  return events.flatMap(event => eventOf(event, revision) ?? [])
}

function eventOf(event: ChangeEvent, revision: number): ClusterEvent | undefined {
  const name = event.kind === 'put' ? event.entry.key : event.key
  const key = parseKey(name)
  const kind = key === undefined ? undefined : kinds[key.kind]
  if (key === undefined || kind === undefined) return undefined
  const about = {
    kind,
    revision,
    ...('unit' in key ? {unit: key.unit} : {}),
    ...('machine' in key ? {machine: key.machine} : {}),
  }
  if (event.kind === 'delete') return {...about, change: 'gone', value: null}
  const view = ClusterView.of([event.entry])
  const problem = view.unreadable.get(name)
  if (problem !== undefined) return {...about, change: 'set', value: null, problem}
  return {...about, change: 'set', value: toldOf(key, event.entry, view)}
}

const kinds: Readonly<Record<ParsedKey['kind'], EventKind | undefined>> = {
  file: undefined,
  unit: 'unit',
  machine: 'machine',
  machineSettings: 'settings',
  assignment: 'assignment',
  state: 'state',
  refusal: 'refusal',
  leader: 'leader',
  hold: 'hold',
  cluster: undefined,
  clusterSettings: 'cluster',
  move: 'move',
}

/** The value of a key that could be read: in `view` there is nothing else. */
function toldOf(key: ParsedKey, entry: Entry, view: ClusterView): object | null {
  switch (key.kind) {
    case 'unit': {
      const record = view.units.get(key.unit)
      if (record === undefined) return null
      const {file, desiredState, generation} = record
      return {file, desiredState, generation, version: entry.modRevision}
    }
    case 'machine': {
      const machine = view.machines.get(key.machine)
      if (machine === undefined) return null
      const {name = null, hostname, address, metadata, capacity, drivers, version, leaving = false} = machine
      return {name, hostname, address, metadata, ...capacity, drivers, version, leaving}
    }
    case 'machineSettings': {
      const {cordoned = false, gone = false, metadata = {}, drain = null} = view.settings.get(key.machine) ?? {}
      return {cordoned, gone, metadata, drain}
    }
    case 'assignment': {
      const assignment = view.assignments.get(key.machine)?.get(key.unit)
      if (assignment === undefined) return null
      const {file, desiredState, generation, reason} = assignment
      return {file, desiredState, generation, reason}
    }
    case 'state':
      return stateValue(view.state(key.machine, key.unit))
    case 'refusal':
      return {reason: view.refusals.get(key.unit)?.reason ?? ''}
    case 'move': {
      const {from = '', to = '', reason = ''} = view.moves.get(key.unit) ?? {}
      return {from, to, reason}
    }
    case 'clusterSettings': {
      const {strategy = null, rebalance = false} = view.clusterSettings
      return {strategy, rebalance}
    }
    case 'leader':
      return {machine: view.leader?.machine ?? null}
    case 'hold':
      return {reason: view.hold ?? ''}
    default:
      return null
  }
}

function stateValue(state: UnitState | undefined): object | null {
  if (state === undefined) return null
  const {load, active, sub, file, generation, restarts, since} = state
  const {health = null, exitCode = null, container = null, reason = null} = state
  return {load, active, sub, file, generation, health, restarts, exitCode, container, since, reason}
}
