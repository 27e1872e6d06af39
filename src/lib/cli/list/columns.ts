import {shortId} from '../../cluster/machine-name.ts'
import type {AllocatedMachineRow} from '../../cluster/machine-rows.ts'
import {renderMetadata} from '../../cluster/metadata.ts'
import type {BriefUnitRow, UnitRow} from '../../cluster/rows.ts'
import type {UnitFileRow} from '../../cluster/unit-file-rows.ts'
import {bytesText, cpusText, shareText} from '../amount-text.ts'

/** How much a cell shows: whole ids and hashes, or fleet's short ones. */
export interface CellOptions {
  readonly full: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type Tone = 'good' | 'busy' | 'bad'

/** One column: its key is header, `--fields` word and help text at once. */
export interface Column<Row> {
  readonly text: (row: Row, options: CellOptions) => string | null
  readonly tone?: (row: Row) => Tone | undefined
}

/** The columns of a list: which there are, which are shown by default, which by `-o wide`, and what `-o name` prints. */
export interface Columns<Row> {
  readonly all: Readonly<Record<string, Column<Row>>>
  readonly shown: readonly string[]
  readonly wide: readonly string[]
  readonly name: (row: Row) => string
}

const activeTone = ({active}: BriefUnitRow): Tone | undefined =>
  active === 'active'
    ? 'good'
    : active === 'failed' || active === 'lost'
      ? 'bad'
      : active === 'activating' || active === 'deactivating'
        ? 'busy'
        : undefined

const hashText = (hash: string | null, {full}: CellOptions) => (hash === null ? null : full ? hash : hash.slice(0, 7))

const briefColumns = {
  unit: {text: ({unit}: BriefUnitRow) => unit},
  machine: {text: ({machine, target}: BriefUnitRow, {full}: CellOptions) => (full ? machine : target)},
  active: {text: ({active}: BriefUnitRow) => active, tone: activeTone},
  sub: {text: ({sub}: BriefUnitRow) => sub, tone: activeTone},
}

/** list-units: fleet's columns, and ours. */
export const unitColumns: Columns<UnitRow> = {
  all: {
    unit: briefColumns.unit,
    machine: briefColumns.machine,
    load: {text: row => row.load},
    active: briefColumns.active,
    sub: briefColumns.sub,
    hash: {text: (row, options) => hashText(row.file, options)},
    health: {
      text: row => row.health,
      tone: row => (row.health === 'healthy' ? 'good' : row.health === 'unhealthy' ? 'bad' : undefined),
    },
    restarts: {text: row => String(row.restarts)},
    since: {text: (row, {now}) => (row.since === null ? null : ageText(now - row.since))},
    container: {text: (row, {full}) => (full ? row.container : (row.container?.slice(0, 12) ?? null))},
    reason: {text: row => row.reason},
  },
  shown: ['unit', 'machine', 'active', 'sub'],
  wide: ['unit', 'machine', 'load', 'active', 'sub', 'health', 'restarts', 'since', 'hash', 'reason'],
  name: row => row.unit,
}

/** list-units where no more is asked for: the same, of what is known at a glance. */
export const briefUnitColumns: Columns<BriefUnitRow> = {
  all: briefColumns,
  shown: unitColumns.shown,
  wide: [],
  name: row => row.unit,
}

/** list-unit-files: fleet's columns. */
export const unitFileColumns: Columns<UnitFileRow> = {
  all: {
    unit: {text: row => row.unit},
    hash: {text: (row, options) => hashText(row.file, options)},
    dstate: {text: row => row.desiredState},
    state: {text: row => row.state},
    target: {text: (row, {full}) => (full && row.targetMachine !== null ? row.targetMachine : row.target)},
    tmachine: {text: (row, {full}) => (row.targetMachine === null || full ? row.targetMachine : shortId(row.targetMachine))},
    global: {text: row => String(row.global)},
    desc: {text: row => row.description},
  },
  shown: ['unit', 'hash', 'dstate', 'state', 'target'],
  wide: ['unit', 'hash', 'dstate', 'state', 'target', 'global', 'desc'],
  name: row => row.unit,
}

/** list-machines: fleet's columns, and ours. */
export const machineColumns: Columns<AllocatedMachineRow> = {
  all: {
    machine: {text: (row, {full}) => (full ? row.machine : (row.name ?? shortId(row.machine)))},
    ip: {text: row => row.address},
    metadata: {text: row => renderMetadata(row.metadata) || null},
    hostname: {text: row => row.hostname},
    status: {text: row => row.status, tone: row => (row.status === 'ready' ? 'good' : 'busy')},
    units: {text: row => String(row.units)},
    cpu: {text: ({allocated, cpus}) => shareText(allocated?.cpus ?? null, cpus, cpusText)},
    mem: {text: ({allocated, memoryBytes}) => shareText(allocated?.memoryBytes ?? null, memoryBytes, bytesText)},
    disk: {text: ({allocated, diskBytes}) => shareText(allocated?.diskBytes ?? null, diskBytes, bytesText)},
    devices: {text: devicesText},
    cpus: {text: row => cpusText(row.cpus)},
    memory: {text: row => bytesText(row.memoryBytes)},
    drivers: {text: row => row.drivers.join(',') || null},
    version: {text: row => row.version},
  },
  shown: ['machine', 'ip', 'metadata'],
  wide: ['machine', 'ip', 'metadata', 'hostname', 'status', 'units', 'cpu', 'mem', 'drivers', 'version'],
  name: row => row.machine,
}

/** What a list of machines shows of their units: nothing, how many they are, or what they ask for. */
export type UnitsShown = 'nothing' | 'count' | 'requests'

export function unitsShown({output, fields}: {readonly output: string; readonly fields?: string | undefined}): UnitsShown {
  if (output === 'json') return 'requests'
  if (output === 'name') return 'nothing'
  if (fields === undefined) return output === 'wide' ? 'requests' : 'nothing'
  if (/\b(cpu|mem|disk|devices)\b/.test(fields)) return 'requests'
  return /\bunits\b/.test(fields) ? 'count' : 'nothing'
}

/** `3s`, `5m`, `2h`, `4d`: one unit is enough to see how fresh a thing is. */
export function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** `gpu 1/2`: of each device how many are taken of those there are. */
function devicesText({allocated, devices}: AllocatedMachineRow): string | null {
  const names = [...new Set([...Object.keys(devices), ...Object.keys(allocated?.devices ?? {})])].sort()
  const parts = names.map(name => {
    const taken = allocated === null ? null : (allocated.devices[name] ?? 0)
    return `${name} ${shareText(taken, devices[name] ?? 0, String)}`
  })
  return parts.join(', ') || null
}
