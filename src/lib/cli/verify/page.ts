import type {ChalkInstance} from 'chalk'
import {formatTimeSpan} from '../../base/time-span.ts'
import {problemPlace, problemText} from '../../unit/describe-problem.ts'
import type {Placement, Problem, Service} from '../../unit/unit.ts'
import type {Terminal} from '../terminal.ts'
import {containerRows, type PageRow} from './container.ts'
import type {GivenFile, Verification, VerifiedFile} from './verify.ts'

export interface VerifyView {
  /** Problems only, without notes; nothing at all where there are none. */
  readonly quiet: boolean
  /** All that was understood of each file, too. */
  readonly pages: boolean
  /** What was verified, for the lines in which problems stand: a terminal shows them. */
  readonly given: readonly GivenFile[]
  readonly terminal: Terminal
  readonly chalk: ChalkInstance
}

/** For each file its problems, in the shape that compilers have, and what became of it; then the sum. Each line is ended. */
export function renderVerification(verification: Verification, view: VerifyView): string {
  const {files} = verification
  const parts = files.map(file => {
    const problems = file.problems
      .filter(({severity}) => !view.quiet || severity !== 'note')
      .flatMap(problem => problemLines(file.file, problem, view))
    return [...problems, ...(view.quiet ? [] : [headline(file, view.chalk), ...(view.pages ? pageLines(file) : [])])]
  })
  const gap = view.pages && !view.quiet ? [''] : []
  const lines = parts.flatMap((part, at) => (at > 0 ? [...gap, ...part] : part))
  if (!view.quiet && files.length > 1) lines.push(...gap, sum(verification))
  return lines.map(line => `${line}\n`).join('')
}

function problemLines(file: string, problem: Problem, {chalk, given, terminal}: VerifyView): readonly string[] {
  const tone = {error: chalk.red, warning: chalk.yellow, note: chalk.cyan}[problem.severity]
  const line = `${chalk.bold(`${problemPlace(printable(file), problem)}:`)} ${tone(`${problem.severity}:`)} ${printable(problemText(problem))}`
  const text = terminal.isTTY ? given.find(each => each.file === file)?.text : undefined
  const source = typeof text === 'string' ? text.split(/\r\n|\n|\r/)[problem.line - 1] : undefined
  if (source === undefined || problem.column === undefined) return [line]
  return [line, ...caretLines(source, problem.column, terminal.columns || 80).map((text, at) => (at === 0 ? text : tone(text)))]
}

/** The source line, cut around the column where the terminal is narrow, and a caret under it. */
function caretLines(source: string, column: number, width: number): readonly string[] {
  const room = Math.max(20, width - 4)
  const at = Math.min(column, source.length + 1) - 1
  const start = source.length <= room || at < room - 5 ? 0 : Math.min(at - Math.floor(room / 2), source.length - room)
  const shown = printable(source.slice(start, start + room)).trimEnd()
  return [`    ${shown}`, `    ${' '.repeat(at - start)}^`]
}

function headline(file: VerifiedFile, chalk: ChalkInstance): string {
  const {problems, ok, driver, whyNot} = file
  const count = (severity: Problem['severity']) => problems.filter(problem => problem.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const dot = ok ? (warnings > 0 ? chalk.yellow('●') : chalk.green('●')) : chalk.red('●')
  const told = ok ? (warnings > 0 ? `ok with ${counted(warnings, 'warning')}` : 'ok') : `refused with ${counted(errors, 'error')}`
  const choice = ok && driver !== null ? `, ${driver}: ${printable(whyNot ?? '')}` : ''
  const as = file.file.endsWith(file.unit) || file.file === 'stdin' ? '' : ` as ${printable(file.unit)}`
  return `${dot} ${chalk.bold(printable(file.file))}${as}: ${told}${choice}`
}

function pageLines(file: VerifiedFile): readonly string[] {
  const {container, needs, placement, service} = file
  const rows: readonly PageRow[] = [
    ['Unit', `${file.unit}${file.description === null ? '' : ` - ${file.description}`}`],
    ...(container === null ? [] : containerRows(container)),
    ['Programs', ...(needs !== null && needs.programs.length > 0 ? [needs.programs.join(' ')] : [])],
    ['Needs', ...(needs === null ? [] : [...needs.files, ...needs.units])],
    ['Place', ...(placement === null ? [] : placeTexts(placement))],
    ...(service === null || !file.unit.endsWith('.service') ? [] : serviceRows(service)),
  ]
  if (!file.ok) return []
  const shown = rows.filter(([, ...values]) => values.length > 0)
  const width = shown.reduce((widest, [label]) => Math.max(widest, label.length), 9)
  return shown.flatMap(([label, ...values]) =>
    values.map((value, at) => ` ${at === 0 ? `${label.padStart(width)}:` : ' '.repeat(width + 1)} ${printable(value)}`),
  )
}

function placeTexts({global, machineId, metadata, machineOf, conflicts, replaces, onDisconnect}: Placement): readonly string[] {
  const keys = Object.entries(metadata).map(([key, values]) => `${key}=${values.join(' or ')}`)
  return [
    [
      global ? 'every machine' : machineId === undefined ? 'any machine' : `machine ${machineId}`,
      ...(keys.length > 0 ? [`with ${keys.join(' and ')}`] : []),
    ].join(' '),
    ...machineOf.map(unit => `beside ${unit}`),
    ...conflicts.map(glob => `apart from ${glob}`),
    ...replaces.map(glob => `in place of ${glob}`),
    ...(onDisconnect === 'stop' ? ['stops when its machine is cut off'] : []),
  ]
}

function serviceRows(service: Service): readonly PageRow[] {
  const {type, remainAfterExit, timeoutStartSeconds: start, timeoutStopSeconds: stop} = service
  const timeouts = [
    ...(start === undefined ? [] : [`start ${spanText(start)}`]),
    ...(stop === undefined ? [] : [`stop ${spanText(stop)}`]),
  ]
  const kind = `${type}${remainAfterExit ? ', active after it has ended' : ''}`
  return [
    ['Type', ...(kind === 'simple' ? [] : [kind])],
    ['Restart', restartText(service)],
    ['Timeouts', ...(timeouts.length === 0 ? [] : [timeouts.join(', ')])],
  ]
}

function restartText({restart, restartSeconds, startLimitBurst, startLimitIntervalSeconds}: Service): string {
  if (restart === 'no') return 'no'
  const limited = startLimitBurst > 0 && startLimitIntervalSeconds > 0
  const limit = limited ? `${startLimitBurst} starts in ${formatTimeSpan(startLimitIntervalSeconds)} at most` : 'without a limit'
  return `${restart}, after ${formatTimeSpan(restartSeconds)}, ${limit}`
}

function spanText(seconds: number): string {
  return seconds === Infinity ? 'without limit' : formatTimeSpan(seconds)
}

function sum({files, errors, warnings}: Verification): string {
  const refused = files.filter(({ok}) => !ok).length
  const by = (driver: string) => files.filter(file => file.ok && file.driver === driver).length
  const drivers = ['docker', 'systemd'].flatMap(driver => (by(driver) > 0 ? [`${by(driver)} ${driver}`] : []))
  const good = files.length - refused
  const parts = [
    `${good} ok${drivers.length > 0 ? ` (${drivers.join(', ')})` : ''}`,
    ...(refused > 0 ? [`${refused} refused`] : []),
  ]
  return `${counted(files.length, 'file')}: ${parts.join(', ')}; ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** What others wrote, without what would move the cursor or break the line. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
