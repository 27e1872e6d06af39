/**
 * The key tree, relative to the cluster's prefix. Unit names and machine ids are made of `[A-Za-z0-9:_.@\-]`
 * (systemd.unit(5)), so keys need no escaping; anything else is refused with a RangeError.
 */
export const keys = {
  file: (hash: string) => prefixes.files + part(hash),
  unit: (name: string) => prefixes.units + part(name),
  machine: (id: string) => prefixes.machines + part(id),
  machineSettings: (id: string) => prefixes.machineSettings + part(id),
  assignment: (machine: string, unit: string) => assignmentsOf(machine) + part(unit),
  state: (machine: string, unit: string) => statesOf(machine) + part(unit),
  /** Why a unit has no place: written by the engine. */
  refusal: (unit: string) => prefixes.refusals + part(unit),
  leader: 'leader',
  /** Why the engine moves nothing, while it does so. */
  hold: 'hold',
  cluster: 'cluster',
  /** What holds for all machines by the operator's word. */
  clusterSettings: 'settings/cluster',
  /** An operator's wish that a unit goes from one machine to another. */
  move: (unit: string) => prefixes.moves + part(unit),
} as const

export const prefixes = {
  files: 'files/',
  units: 'units/',
  machines: 'machines/',
  machineSettings: 'settings/machines/',
  assignments: 'assignments/',
  states: 'states/',
  refusals: 'refusals/',
  moves: 'moves/',
} as const

/** The prefix of one machine's assignments: all that its agent reads. */
export function assignmentsOf(machine: string): string {
  return `${prefixes.assignments}${part(machine)}/`
}

/** The prefix of the states that one machine's agent writes. */
export function statesOf(machine: string): string {
  return `${prefixes.states}${part(machine)}/`
}

export type ParsedKey =
  | {readonly kind: 'file'; readonly hash: string}
  | {readonly kind: 'unit' | 'refusal' | 'move'; readonly unit: string}
  | {readonly kind: 'machine' | 'machineSettings'; readonly machine: string}
  | {readonly kind: 'assignment' | 'state'; readonly machine: string; readonly unit: string}
  | {readonly kind: 'leader' | 'hold' | 'cluster' | 'clusterSettings'}

/** What a key is about; undefined for one that is not of this tree (a newer version's, a stranger's). */
export function parseKey(key: string): ParsedKey | undefined {
  if (key === keys.leader) return {kind: 'leader'}
  if (key === keys.hold) return {kind: 'hold'}
  if (key === keys.cluster) return {kind: 'cluster'}
  if (key === keys.clusterSettings) return {kind: 'clusterSettings'}
  for (const [prefix, parse] of parsers) {
    if (!key.startsWith(prefix)) continue
    const parts = key.slice(prefix.length).split('/')
    return parts.every(isPart) ? parse(parts) : undefined
  }
  return undefined
}

const parsers: readonly (readonly [prefix: string, parse: (parts: readonly string[]) => ParsedKey | undefined])[] = [
  [prefixes.files, one(hash => ({kind: 'file', hash}))],
  [prefixes.units, one(unit => ({kind: 'unit', unit}))],
  [prefixes.machines, one(machine => ({kind: 'machine', machine}))],
  [prefixes.machineSettings, one(machine => ({kind: 'machineSettings', machine}))],
  [prefixes.assignments, two((machine, unit) => ({kind: 'assignment', machine, unit}))],
  [prefixes.states, two((machine, unit) => ({kind: 'state', machine, unit}))],
  [prefixes.refusals, one(unit => ({kind: 'refusal', unit}))],
  [prefixes.moves, one(unit => ({kind: 'move', unit}))],
]

function one(make: (first: string) => ParsedKey): (parts: readonly string[]) => ParsedKey | undefined {
  return ([first, ...rest]) => (first !== undefined && rest.length === 0 ? make(first) : undefined)
}

function two(make: (first: string, second: string) => ParsedKey): (parts: readonly string[]) => ParsedKey | undefined {
  return ([first, second, ...rest]) =>
    first !== undefined && second !== undefined && rest.length === 0 ? make(first, second) : undefined
}

function part(name: string): string {
  if (!isPart(name)) throw new RangeError(`${JSON.stringify(name)} cannot be part of a key: only A-Z a-z 0-9 : _ . @ \\ - may be`)
  return name
}

function isPart(text: string): boolean {
  return /^[A-Za-z0-9:_.@\\-]+$/.test(text)
}
