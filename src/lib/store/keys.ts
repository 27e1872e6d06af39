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
  const slash = key.indexOf('/')
  if (slash < 0) return key === keys.leader || key === keys.hold || key === keys.cluster ? {kind: key} : undefined
  const rest = key.slice(slash + 1)
  switch (key.slice(0, slash + 1)) {
    case prefixes.units:
      return isPart(rest) ? {kind: 'unit', unit: rest} : undefined
    case prefixes.assignments:
      return placed('assignment', rest)
    case prefixes.states:
      return placed('state', rest)
    case prefixes.files:
      return isPart(rest) ? {kind: 'file', hash: rest} : undefined
    case prefixes.machines:
      return isPart(rest) ? {kind: 'machine', machine: rest} : undefined
    case prefixes.refusals:
      return isPart(rest) ? {kind: 'refusal', unit: rest} : undefined
    case prefixes.moves:
      return isPart(rest) ? {kind: 'move', unit: rest} : undefined
    default:
      return parseSettings(key)
  }
}

/** As `parseKey`, sooner for keys that come in order: the assignments of one machine, and its states, stand one after the other. */
export function keyParser(): typeof parseKey {
  let beginning = '/'
  let place: {readonly kind: 'assignment' | 'state'; readonly machine: string} | undefined
  return key => {
    if (place !== undefined && key.startsWith(beginning)) {
      const unit = key.slice(beginning.length)
      return isPart(unit) ? {kind: place.kind, machine: place.machine, unit} : undefined
    }
    const parsed = parseKey(key)
    if (parsed?.kind === 'assignment' || parsed?.kind === 'state') {
      place = parsed
      beginning = key.slice(0, -parsed.unit.length)
    }
    return parsed
  }
}

function parseSettings(key: string): ParsedKey | undefined {
  if (key === keys.clusterSettings) return {kind: 'clusterSettings'}
  if (!key.startsWith(prefixes.machineSettings)) return undefined
  const machine = key.slice(prefixes.machineSettings.length)
  return isPart(machine) ? {kind: 'machineSettings', machine} : undefined
}

function placed(kind: 'assignment' | 'state', rest: string): ParsedKey | undefined {
  const slash = rest.indexOf('/')
  if (slash < 0) return undefined
  const [machine, unit] = [rest.slice(0, slash), rest.slice(slash + 1)]
  return isPart(machine) && isPart(unit) ? {kind, machine, unit} : undefined
}

function part(name: string): string {
  if (!isPart(name)) throw new RangeError(`${JSON.stringify(name)} cannot be part of a key: only A-Z a-z 0-9 : _ . @ \\ - may be`)
  return name
}

const partPattern = /^[A-Za-z0-9:_.@\\-]+$/

/** Whether a text can be a unit's name, or a machine's id. */
export function isPart(text: string): boolean {
  return partPattern.test(text)
}
