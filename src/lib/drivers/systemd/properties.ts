/** Properties of a unit under systemd's names, as they come over the bus. */
export type Said = Readonly<Record<string, unknown>>

/** What systemd says of a unit, as far as it concerns us. Times are microseconds since the epoch, 0 for never. */
export interface UnitProperties {
  readonly load: string
  /** Why it could not be loaded. */
  readonly loadError: string
  readonly active: string
  readonly sub: string
  /** Something is to be done with it that waits for other units. */
  readonly queued: boolean
  /** Of its last start, in hex; empty when it was never started. */
  readonly invocation: string
  readonly fragment: string
  /** Its file was changed since systemd read it. */
  readonly needsReload: boolean
  readonly leftInactive: number
  readonly inactiveSince: number
  readonly conditionsMet: boolean
  readonly conditionsTested: number
  /** `success`, `exit-code`, `timeout`, …; empty for a type of unit that has none. */
  readonly result: string
  /** Of a service's main process: 1 exited, 2 killed, 3 dumped its core; 0 while there is none. */
  readonly exitKind: number
  readonly exitStatus: number
  readonly restarts: number
}

/** Reads the properties that concern us (org.freedesktop.systemd1(5)). */
export function propertiesFrom(said: Said): UnitProperties {
  return {
    load: text(said.LoadState),
    loadError: text(list(said.LoadError)[1]),
    active: text(said.ActiveState),
    sub: text(said.SubState),
    queued: number(list(said.Job)[0]) > 0,
    invocation: hex(said.InvocationID),
    fragment: text(said.FragmentPath),
    needsReload: said.NeedDaemonReload === true,
    leftInactive: number(said.InactiveExitTimestamp),
    inactiveSince: number(said.InactiveEnterTimestamp),
    conditionsMet: said.ConditionResult === true,
    conditionsTested: number(said.ConditionTimestamp),
    result: text(said.Result),
    exitKind: number(said.ExecMainCode),
    exitStatus: number(said.ExecMainStatus),
    restarts: number(said.NRestarts),
  }
}

/** What a unit's control group has taken; null where systemd does not count it. */
export interface Accounts {
  readonly cpuSeconds: number | null
  readonly memoryBytes: number | null
}

/** Reads MemoryCurrent and CPUUsageNSec (org.freedesktop.systemd1(5)): what is not counted is the largest number there is. */
export function accountsFrom(said: Said): Accounts {
  const counted = (value: unknown) =>
    (typeof value === 'number' || typeof value === 'bigint') && value < 2 ** 63 ? Number(value) : null
  const nanoseconds = counted(said.CPUUsageNSec)
  return {cpuSeconds: nanoseconds === null ? null : nanoseconds / 1e9, memoryBytes: counted(said.MemoryCurrent)}
}

/**
 * systemd forgets a unit that has ended well, and then answers as if it had never run: what it told on the way stands in
 * for that.
 */
export function remembered(properties: UnitProperties, told: Said): UnitProperties {
  const {leftInactive, conditionsTested, active} = properties
  if (leftInactive > 0 || conditionsTested > 0 || active !== 'inactive') return properties
  const before = propertiesFrom(told)
  const {invocation, inactiveSince, conditionsMet, result, exitKind, exitStatus} = before
  const of = {leftInactive: before.leftInactive, conditionsTested: before.conditionsTested}
  return {...properties, ...of, invocation, inactiveSince, conditionsMet, result, exitKind, exitStatus}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function number(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}

function hex(value: unknown): string {
  if (!(value instanceof Uint8Array) || value.every(byte => byte === 0)) return ''
  return [...value].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
