import type {ChalkInstance} from 'chalk'
import type {UnitRow} from '../cluster/rows.ts'
import type {UnitStatus} from '../cluster/status.ts'
import {ageText} from './columns.ts'

/** One page, in the shape of systemctl's: name and description, what is wanted, then where and how. */
export function renderStatus(status: UnitStatus, now: number, chalk: ChalkInstance): string {
  const {record, description, driver, rows, logs} = status
  const lines = [
    `${dot(rows, chalk)} ${chalk.bold(record.name)}${description === undefined ? '' : ` - ${description}`}`,
    `   Wanted: ${record.desiredState}${driver === undefined ? '' : `, by the ${driver} driver`}`,
    `     File: ${record.file.slice(0, 7)}, start ${record.generation}`,
  ]
  if (rows.length === 0) lines.push('   Active: inactive, without a place')
  for (const row of rows)
    lines.push('', ...placeLines(row, now), ...(logs.get(row.machine ?? '') ?? []).map(line => `           | ${line}`))
  return lines.map(line => `${line}\n`).join('')
}

function placeLines(row: UnitRow, now: number): readonly string[] {
  const lines = [`  Machine: ${row.target ?? 'none'}`]
  const since = row.since === null ? '' : ` since ${new Date(row.since).toISOString()}; ${ageText(now - row.since)} ago`
  lines.push(`   Loaded: ${row.load}`, `   Active: ${row.active} (${row.sub})${since}`)
  if (row.reason !== null) lines.push(`      Why: ${row.reason}`)
  if (row.health !== null) lines.push(`   Health: ${row.health}`)
  if (row.container !== null) lines.push(`Container: ${row.container.slice(0, 12)}`)
  if (row.restarts > 0) lines.push(` Restarts: ${row.restarts}`)
  if (row.exitCode !== null) lines.push(`     Exit: ${row.exitCode}`)
  return lines
}

function dot(rows: readonly UnitRow[], chalk: ChalkInstance): string {
  if (rows.some(row => row.active === 'failed' || row.active === 'lost')) return chalk.red('●')
  if (rows.length > 0 && rows.every(row => row.active === 'active')) return chalk.green('●')
  return '○'
}
