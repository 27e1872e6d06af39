import type {Entry} from '../store/store.ts'

/** A cluster, and what happens to it. */
export interface Scenario {
  /** What a cluster stores, as it begins: a snapshot's entries, or none. */
  readonly entries: readonly Entry[]
  readonly machines: readonly MachineGroup[]
  readonly units: readonly UnitGroup[]
  readonly events: readonly ScenarioEvent[]
  /** How long a unit takes from its assignment until it runs, and from the end of it until it has stopped. */
  readonly startSeconds: number
  readonly stopSeconds: number
}

/** Machines that are alike but for the values of their metadata. */
export interface MachineGroup {
  /** One of a group of several is called `name-1`, `name-2`, …. */
  readonly name: string
  readonly count: number
  readonly capacity: MachineCapacity
  /** For each key the values, which the machines of the group have in turn: the first key's change with each machine. */
  readonly metadata: Readonly<Record<string, readonly string[]>>
  readonly drivers: readonly string[]
}

export interface MachineCapacity {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** By name: `{gpu: 2}`. */
  readonly devices: Readonly<Record<string, number>>
}

/** Units with one unit file. */
export interface UnitGroup {
  /** `web`, for `web@1.service`, `web@2.service`, …; without a count `web.service`. */
  readonly name: string
  readonly count: number | undefined
  /** The unit file. */
  readonly text: string
}

export type ScenarioEvent = {readonly atSeconds: number} & Happening

/** What can happen to a cluster. */
export type Happening =
  /** Machines are lost. With `forget` the operator says at once that they will not come back. */
  | {readonly kind: 'lose'; readonly which: Selection; readonly forget: boolean}
  /** Machines are about to go, and give away their units first. */
  | {readonly kind: 'drain'; readonly which: Selection}
  /** So many machines more, each like one that is there, in turn. */
  | {readonly kind: 'add'; readonly count: number}
  | {readonly kind: 'add-machines'; readonly group: MachineGroup}
  | {readonly kind: 'start-units'; readonly group: UnitGroup}
  /** Known units that match: they are to run, to keep only their place, or to give it up. */
  | {readonly kind: 'start' | 'stop' | 'unload'; readonly glob: string}

/** Which machines are meant. */
export type Selection =
  | {readonly kind: 'metadata'; readonly key: string; readonly value: string}
  /** By id or name. */
  | {readonly kind: 'named'; readonly names: readonly string[]}
  /** So many, as far apart in the order of their ids as can be. */
  | {readonly kind: 'count'; readonly count: number}

/** `lose zone=2`: what happens, as it was asked for. */
export function describeHappening(happening: Happening): string {
  switch (happening.kind) {
    case 'lose':
    case 'drain':
      return `${happening.kind} ${describeSelection(happening.which)}`
    case 'add':
      return `add ${happening.count}`
    case 'add-machines':
      return `add ${happening.group.count} ${happening.group.name}`
    case 'start-units':
      return `start ${happening.group.count === undefined ? '' : `${happening.group.count} `}${happening.group.name}`
    default:
      return `${happening.kind} ${happening.glob}`
  }
}

function describeSelection(which: Selection): string {
  if (which.kind === 'metadata') return `${which.key}=${which.value}`
  return which.kind === 'count' ? `count=${which.count}` : `machine=${which.names.join(',')}`
}
