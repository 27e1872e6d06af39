import type {Run} from '../driver.ts'
import {at, numberAt, textAt} from './json.ts'
import {identityOf, ownerOf} from './labels.ts'
import {isAside} from './names.ts'

/** A run, with what the driver alone needs to know of it. */
export interface Observed {
  readonly run: Run
  readonly name: string
  readonly terminal: boolean
}

/** Reads the answer of GET /containers/<id>/json; undefined for a container without our labels. */
export function observedFrom(inspected: unknown): Observed | undefined {
  const id = textAt(inspected, 'Id')
  const labels = at(inspected, 'Config', 'Labels')
  const unit = ownerOf(labels)?.unit
  if (id === undefined || unit === undefined) return undefined
  const name = (textAt(inspected, 'Name') ?? '').replace(/^\//, '')
  const state = stateFrom(at(inspected, 'State'))
  const aside = state.phase !== 'running' && state.phase !== 'paused' && isAside(name, id) ? {aside: true as const} : {}
  const run: Run = {id, unit, driver: 'docker', identity: identityOf(labels), ...state, ...aside}
  return {run, name, terminal: at(inspected, 'Config', 'Tty') === true}
}

type RunState = Omit<Run, 'id' | 'unit' | 'driver' | 'identity'>

function stateFrom(state: unknown): RunState {
  const phase = phases[textAt(state, 'Status') ?? ''] ?? 'dead'
  const startedAt = timeAt(state, 'StartedAt')
  const error = textAt(state, 'Error') || undefined
  const ended = phase === 'exited' || phase === 'dead'
  const finishedAt = ended ? timeAt(state, 'FinishedAt') : undefined
  const exitCode = ended || error !== undefined ? numberAt(state, 'ExitCode') : undefined
  const health = ended ? undefined : healths[textAt(state, 'Health', 'Status') ?? '']
  return {
    phase,
    ...(startedAt === undefined ? {} : {startedAt}),
    ...(finishedAt === undefined ? {} : {finishedAt}),
    ...(exitCode === undefined ? {} : {exitCode}),
    ...(at(state, 'OOMKilled') === true ? {oomKilled: true} : {}),
    ...(health === undefined ? {} : {health}),
    ...(error === undefined ? {} : {error}),
  }
}

/** Docker's status words; `restarting` cannot come of our own containers, whose restart policy is `no`. */
const phases: Readonly<Record<string, Run['phase']>> = {
  created: 'created',
  running: 'running',
  restarting: 'running',
  paused: 'paused',
  exited: 'exited',
  removing: 'dead',
  dead: 'dead',
}

const healths: Readonly<Record<string, NonNullable<Run['health']>>> = {
  starting: 'starting',
  healthy: 'healthy',
  unhealthy: 'unhealthy',
}

/** Milliseconds since the epoch; Docker writes the year 1 for never. */
function timeAt(state: unknown, key: string): number | undefined {
  const time = Date.parse(textAt(state, key) ?? '')
  return time > 0 ? time : undefined
}
