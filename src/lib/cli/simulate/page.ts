import type {ChalkInstance} from 'chalk'
import {formatByteSize} from '../../base/byte-size.ts'
import {formatTimeSpan} from '../../base/time-span.ts'
import type {Picture, PlaceUse, ResourceUse} from '../../simulate/picture.ts'
import type {Phase, Simulation} from '../../simulate/simulate.ts'

export interface SimulationView {
  /** Each look with its decisions. */
  readonly steps: boolean
  readonly chalk: ChalkInstance
}

/** What became of a simulated cluster, for 80 columns. */
export function renderSimulation({phases, end, hold}: Simulation, {steps, chalk}: SimulationView): string {
  const parts = [
    phaseTable(phases, chalk),
    ...(steps ? phases.map(phase => stepLines(phase, chalk)) : []),
    resourceTable(end, chalk),
    ...placeTables(end.places, chalk),
    missingLines(end, chalk),
    hold === undefined ? [] : [`${chalk.yellow('The engine holds')}: ${hold}`],
  ]
  return `${parts
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

/** As JSON, with all that was decided in numbers. */
export function simulationJson(simulation: Simulation): string {
  return `${JSON.stringify({...simulation, hold: simulation.hold ?? null}, null, 2)}\n`
}

function phaseTable(phases: readonly Phase[], chalk: ChalkInstance): readonly string[] {
  const rows = phases.map(phase => [
    cut(phase.event, 22),
    formatTimeSpan(phase.atSeconds),
    ...[phase.placed, phase.moved, phase.removed, phase.missing].map(number),
    phase.restedAfterSeconds === undefined ? '-' : formatTimeSpan(phase.restedAfterSeconds),
    milliseconds(phase.looks.reduce((sum, look) => sum + look.milliseconds, 0)),
  ])
  return table(['EVENT', 'AT', 'PLACED', 'MOVED', 'OFF', 'MISSING', 'RESTS IN', 'PLANNING'], rows, {chalk, left: [0, 1]})
}

function stepLines({event, looks}: Phase, chalk: ChalkInstance): readonly string[] {
  return [
    chalk.bold(event),
    ...looks.flatMap(({atSeconds, milliseconds: took, decisions, told}) => [
      `  at ${formatTimeSpan(atSeconds)}: ${plural(decisions, 'decision')} in ${milliseconds(took)}`,
      ...told.map(line => `    ${cut(line, 74)}`),
      ...(decisions > told.length ? [`    and ${number(decisions - told.length)} more`] : []),
    ]),
  ]
}

function resourceTable({machines, wanted, placed, resources, unitsByMachine}: Picture, chalk: ChalkInstance): readonly string[] {
  const rows = resources.map(({resource, allocated, capacity, byMachine, tenths}) => [
    resource,
    amount(resource, allocated),
    amount(resource, capacity),
    capacity === 0 ? '-' : percent(allocated / capacity),
    capacity === 0 ? '' : bar(allocated / capacity),
    ...[byMachine.min, byMachine.median, byMachine.max].map(percent),
    skyline(tenths),
  ])
  const counts = [unitsByMachine.min, unitsByMachine.median, unitsByMachine.max].map(number)
  return [
    `${plural(machines, 'machine')}, ${number(placed)} of ${plural(wanted, 'unit')} placed`,
    '',
    ...table(
      ['RESOURCE', 'ALLOCATED', 'CAPACITY', 'SHARE', '', 'MIN', 'MEDIAN', 'MAX', 'MACHINES'],
      [...rows, ['units', number(placed), '', '', '', ...counts, '']],
      {chalk, left: [0, 4, 8]},
    ),
  ]
}

/** One table a key of metadata. */
function placeTables(places: readonly PlaceUse[], chalk: ChalkInstance): readonly (readonly string[])[] {
  return [...Map.groupBy(places, ({key}) => key)].map(([key, uses]) =>
    table(
      [cut(key.toUpperCase(), 20), 'MACHINES', 'UNITS', 'CPU', '', 'MEMORY', ''],
      uses.map(({value, machines, units, cpu, memory}) => [
        cut(value, 20),
        number(machines),
        number(units),
        ...[cpu, memory].flatMap(share => (share === undefined ? ['-', ''] : [percent(share), bar(share, 10)])),
      ]),
      {chalk, left: [0, 4, 6]},
    ),
  )
}

function missingLines({missing}: Picture, chalk: ChalkInstance): readonly string[] {
  const count = missing.reduce((sum, {units}) => sum + units.length, 0)
  if (count === 0) return []
  return [
    chalk.red(`${plural(count, 'unit')} ${count === 1 ? 'has' : 'have'} no place:`),
    ...missing
      .slice(0, mostReasons)
      .flatMap(({reason, units}) => [
        `${number(units.length).padStart(6)}  ${cut(namesOf(units), 70)}`,
        ...wrap(reason, 70).map(line => `        ${line}`),
      ]),
    ...(missing.length > mostReasons
      ? [`        and ${number(missing.length - mostReasons)} more reasons; -o json has all`]
      : []),
  ]
}

const mostReasons = 10

function namesOf(units: readonly string[]): string {
  const shown = units.slice(0, 3).join(', ')
  return units.length > 3 ? `${shown}, …` : shown
}

interface TableView {
  readonly chalk: ChalkInstance
  /** The columns that are no numbers. */
  readonly left: readonly number[]
}

function table(head: readonly string[], rows: readonly (readonly string[])[], {chalk, left}: TableView): readonly string[] {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (left.includes(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [chalk.bold(line(head)), ...rows.map(line)]
}

function bar(share: number, width = 12): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`
}

/** How many machines are filled how far, a sign for each tenth. */
function skyline(tenths: ResourceUse['tenths']): string {
  const most = Math.max(1, ...tenths)
  return tenths.map(count => (count === 0 ? '·' : (blocks[Math.ceil((count / most) * blocks.length) - 1] ?? ''))).join('')
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

function amount(resource: string, value: number): string {
  if (resource === 'memory' || resource === 'disk') return value === 0 ? '0' : formatByteSize(value)
  return number(Math.round(value * 10) / 10)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`
}

function milliseconds(value: number): string {
  return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`
}

function plural(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`
}

/** With commas: 10,000. */
function number(value: number): string {
  return value.toLocaleString('en-US')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
