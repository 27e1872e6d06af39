import {machineLabel} from '../../cluster/machine-name.ts'
import {bytesText, cpusText, percentText, shareText} from '../amount-text.ts'
import type {Columns} from '../list/columns.ts'
import {type ListFlags, renderList} from '../list/listing.ts'
import type {Terminal} from '../terminal.ts'
import type {TopCluster, TopMachine, TopUnit} from './rows.ts'

/** What is shown of a cluster at one moment. */
export type TopPage = {readonly cluster: TopCluster} & (
  | {readonly machines: readonly TopMachine[]}
  | {readonly units: readonly TopUnit[]}
)

const orNone = <T>(value: T | null, text: (value: T) => string) => (value === null ? null : text(value))

const machineColumns: Columns<TopMachine> = {
  all: {
    machine: {text: ({machine, name}) => machineLabel({id: machine, ...(name === null ? {} : {name})})},
    units: {text: ({units}) => String(units)},
    cpu: {text: ({used}) => orNone(used.cpus, cpusText)},
    'cpu-alloc': {text: ({allocated, cpus}) => shareText(allocated.cpus, cpus, cpusText)},
    memory: {text: ({used}) => orNone(used.memoryBytes, bytesText)},
    'memory-alloc': {text: ({allocated, memoryBytes}) => shareText(allocated.memoryBytes, memoryBytes, bytesText)},
    problem: {text: ({problem}) => problem, tone: () => 'bad'},
  },
  shown: ['machine', 'units', 'cpu', 'cpu-alloc', 'memory', 'memory-alloc'],
  wide: [],
  name: row => row.machine,
}

const unitColumns: Columns<TopUnit> = {
  all: {
    unit: {text: ({unit}) => unit},
    machine: {text: ({target}) => target},
    cpu: {text: ({used}) => orNone(used.cpus, cpusText)},
    'cpu-request': {text: ({requests}) => orNone(requests, ({cpus}) => cpusText(cpus))},
    'cpu-limit': {text: ({cpuLimit}) => orNone(cpuLimit, cpusText)},
    memory: {text: ({used}) => orNone(used.memoryBytes, bytesText)},
    'memory-request': {text: ({requests}) => orNone(requests, ({memoryBytes}) => bytesText(memoryBytes))},
    'memory-limit': {text: ({memoryLimitBytes}) => orNone(memoryLimitBytes, bytesText)},
    problem: {text: ({problem}) => problem, tone: () => 'bad'},
  },
  shown: ['unit', 'machine', 'cpu', 'cpu-request', 'cpu-limit', 'memory', 'memory-request', 'memory-limit'],
  wide: [],
  name: row => row.unit,
}

/** The page as text, each line ended; of the rows no more than `most`, for a terminal that has no room for more. */
export function renderTop(page: TopPage, terminal: Terminal, most = Number.POSITIVE_INFINITY): string {
  const table =
    'machines' in page ? tableOf(machineColumns, page.machines, terminal, most) : tableOf(unitColumns, page.units, terminal, most)
  return `${clusterText(page.cluster)}\n${table}`
}

/** One line: what is allocated and used of all there is. */
function clusterText({machines, units, cpus, memoryBytes, allocated, used, silent}: TopCluster): string {
  const line = (
    name: string,
    all: number,
    [asked, taken]: readonly [number, number | null],
    text: (amount: number) => string,
  ) => {
    const used = taken === null ? 'use not known' : `${text(taken)} used (${percentText(taken, all)})`
    return `${name} ${text(asked)} of ${text(all)} allocated (${percentText(asked, all)}), ${used}`
  }
  return [
    `${machines} machine${machines === 1 ? '' : 's'}, ${units} unit${units === 1 ? '' : 's'}`,
    line('cpu', cpus, [allocated.cpus, used.cpus], cpusText),
    line('memory', memoryBytes, [allocated.memoryBytes, used.memoryBytes], bytesText),
    ...(silent === 0 ? [] : [`${silent} not reached`]),
  ].join('; ')
}

function tableOf<Row extends {readonly problem: string | null}>(
  columns: Columns<Row>,
  rows: readonly Row[],
  terminal: Terminal,
  most: number,
): string {
  const fields = [...columns.shown, ...(rows.some(({problem}) => problem !== null) ? ['problem'] : [])]
  const flags: ListFlags = {output: 'table', fields: fields.join(','), full: false, legend: true}
  return renderList(columns, rows.slice(0, most), flags, terminal)
}
