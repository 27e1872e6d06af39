import type {ChalkInstance} from 'chalk'
import type {Decided} from '../../cluster/model.ts'
import type {UnitRow} from '../../cluster/rows.ts'
import type {PlaceStatus, UnitStatus} from '../../cluster/status.ts'
import {ageText} from '../list/columns.ts'

/** The last lines that a unit printed on a machine, as they are shown; or why they cannot be had. */
export type Printed = {readonly lines: readonly string[]} | {readonly trouble: string}

/** What one page shows: the unit, and what it printed, by machine. */
export interface Page {
  readonly status: UnitStatus
  readonly printed: ReadonlyMap<string, Printed>
}

/** One page, in the shape of systemctl's: name and description, what is wanted, then where, how and why. */
export function renderStatus({status, printed}: Page, now: number, chalk: ChalkInstance): string {
  const {record, description, driver, places} = status
  const lines = [
    `${dot(places, chalk)} ${chalk.bold(record.name)}${description === undefined ? '' : ` - ${description}`}`,
    `   Wanted: ${record.desiredState}${driver === undefined ? '' : `, by the ${driver} driver`}`,
    `     File: ${record.file.slice(0, 7)}, start ${record.generation}`,
  ]
  if (places.length === 0) lines.push('   Active: inactive, without a place')
  for (const place of places)
    lines.push('', ...placeLines(place, now, chalk), ...outputLines(place, printed.get(place.row.machine ?? '')))
  return lines.map(line => `${line}\n`).join('')
}

function placeLines({row, whyHere, recent}: PlaceStatus, now: number, chalk: ChalkInstance): readonly string[] {
  const lines = [`  Machine: ${row.target ?? 'none'}${whyHere === undefined ? '' : ` (${whyHere})`}`]
  const since = row.since === null ? '' : ` since ${timeText(row.since)}; ${ageText(now - row.since)} ago`
  lines.push(`   Loaded: ${row.load}`, `   Active: ${toned(row, chalk)}${since}`)
  if (row.reason !== null && row.reason !== whyHere) lines.push(`      Why: ${row.reason}`)
  if (row.sub === 'unplaced') lines.push(`           \`ctl why ${row.unit}\` tells more`)
  if (row.health !== null) lines.push(`   Health: ${row.health}`)
  if (row.container !== null) lines.push(`Container: ${row.container.slice(0, 12)}`)
  if (row.restarts > 0) lines.push(` Restarts: ${row.restarts}`)
  if (row.exitCode !== null) lines.push(`     Exit: ${row.exitCode}`)
  return [...lines, ...headed('Decided', decidedTexts(recent))]
}

function outputLines({log}: PlaceStatus, printed: Printed | undefined): readonly string[] {
  if (printed !== undefined && 'lines' in printed && printed.lines.length > 0) return headed('Printed', printed.lines)
  const trouble = printed !== undefined && 'trouble' in printed ? [`(${printed.trouble})`] : []
  return headed('Printed', [...log, ...trouble])
}

/** The first line behind the heading, the others below it. */
function headed(heading: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${at === 0 ? `${heading}:`.padStart(10) : ' '.repeat(10)} ${line}`)
}

/** One line a decision; the same one again and again is one line. */
function decidedTexts(recent: readonly Decided[]): readonly string[] {
  const lines: {readonly at: number; readonly text: string; times: number}[] = []
  for (const decided of recent) {
    const text = decidedText(decided)
    const last = lines.at(-1)
    if (last?.text === text) last.times++
    else lines.push({at: decided.at, text, times: 1})
  }
  return lines.map(({at, text, times}) => `${timeText(at)} ${text}${times === 1 ? '' : ` (${times} times)`}`)
}

function decidedText({step, reason, failed}: Decided): string {
  const what = stepWords[step] ?? step
  return `${what}: ${reason}${failed === undefined ? '' : `; it came to nothing: ${failed}`}`
}

const stepWords: Readonly<Record<string, string>> = {prepare: 'get ready'}

/** To the second, in UTC. */
/** To the second, in UTC. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

function toned({active, sub}: UnitRow, chalk: ChalkInstance): string {
  const text = `${active} (${sub})`
  return active === 'active' ? chalk.green(text) : active === 'failed' || active === 'lost' ? chalk.red(text) : text
}

function dot(places: readonly PlaceStatus[], chalk: ChalkInstance): string {
  if (places.some(({row}) => row.active === 'failed' || row.active === 'lost')) return chalk.red('●')
  if (places.length > 0 && places.every(({row}) => row.active === 'active')) return chalk.green('●')
  return '○'
}

/** The statuses as JSON, with the rows' own fields for each place. */
export function statusJson(pages: readonly Page[]): string {
  const values = pages.map(({status: {record, description, driver, places}, printed}) => ({
    unit: record.name,
    description: description ?? null,
    driver: driver ?? null,
    desiredState: record.desiredState,
    file: record.file,
    generation: record.generation,
    places: places.map(({row, whyHere, recent, log}) => {
      const {unit: _unit, desiredState: _desired, ...rest} = row
      const read = printed.get(row.machine ?? '')
      return {
        ...rest,
        whyHere: whyHere ?? null,
        recent: recent.map(({at, step, reason, failed}) => ({at, step, reason, failed: failed ?? null})),
        printed: read !== undefined && 'lines' in read ? read.lines : log,
        trouble: read !== undefined && 'trouble' in read ? read.trouble : null,
      }
    }),
  }))
  return `${JSON.stringify(values, null, 2)}\n`
}
