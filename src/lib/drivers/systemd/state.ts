import type {Run, Supervised} from '../driver.ts'
import type {Mark} from './mark.ts'
import type {UnitProperties} from './properties.ts'

/** A start that systemd took up and that came to nothing, at a time (milliseconds since the epoch). */
export type Refusal = NonNullable<Supervised['refused']>

/** A written unit as a run: in systemd's hands it counts as running until it is inactive or failed, with nothing to come. */
export function runFrom(
  unit: string,
  {mark, launched}: {readonly mark: Mark; readonly launched: boolean},
  properties: UnitProperties,
  refusal?: Refusal,
): Run {
  const {active, queued, invocation, leftInactive, inactiveSince, sub} = properties
  const running = isActive(properties) || queued
  const code =
    exitCode(properties) ?? (launched && active === 'inactive' && unit.endsWith('.service') ? unknownEnd(properties) : undefined)
  return {
    id: invocation === '' ? unit : invocation,
    unit,
    driver: 'systemd',
    identity: mark.identity,
    phase: running ? 'running' : launched || leftInactive > 0 || active === 'failed' ? 'exited' : 'created',
    ...(leftInactive > 0 ? {startedAt: milliseconds(leftInactive)} : {}),
    ...(!running && inactiveSince > 0 ? {finishedAt: milliseconds(inactiveSince)} : {}),
    ...(code !== undefined && (!running || sub === 'auto-restart') ? {exitCode: code} : {}),
    ...(properties.result === 'oom-kill' ? {oomKilled: true} : {}),
    supervised: {...supervised(mark, launched, properties), ...(refusal === undefined || launched ? {} : {refused: refusal})},
  }
}

/** Whether it is up, or on its way up or down. */
export function isActive({active}: Pick<UnitProperties, 'active'>): boolean {
  return active !== 'inactive' && active !== 'failed'
}

function supervised(mark: Mark, launched: boolean, properties: UnitProperties): Supervised {
  const {load, restarts, queued} = properties
  const waits = queued && properties.active === 'inactive'
  const reason = waits ? 'it waits for other units that it comes after' : reasonOf(properties, launched)
  const active = waits ? 'activating' : properties.active
  const sub = launched && isUnmet(properties) ? 'condition' : properties.sub
  return {load, active, sub, launched, file: mark.file, restarts, ...(reason === undefined ? {} : {reason})}
}

/** As an engine of containers tells it: 128 and the signal's number for a death by signal. */
function exitCode({exitKind, exitStatus}: UnitProperties): number | undefined {
  if (exitKind === 0) return undefined
  return exitKind === 1 ? exitStatus : 128 + exitStatus
}

/** systemd remembers every failure, so what it does not remember ended well; a condition that was not met ended nothing. */
function unknownEnd({result, conditionsMet, conditionsTested}: UnitProperties): number | undefined {
  return (result === '' || result === 'success') && (conditionsMet || conditionsTested === 0) ? 0 : undefined
}

/** The rules, first match wins. */
function reasonOf(properties: UnitProperties, launched: boolean): string | undefined {
  const {load, loadError, active, sub, result} = properties
  if (load !== 'loaded') return loadError === '' ? `systemd calls it ${load}` : loadError
  if (launched && isUnmet(properties)) return 'a Condition…= of it is not met on this machine'
  if (active !== 'failed' && sub !== 'auto-restart') return undefined
  const code = exitCode(properties)
  if (result === 'exit-code' && code !== undefined && code !== 0) return `it exited with ${code}`
  if ((result === 'signal' || result === 'core-dump') && code !== undefined) return `it was killed by signal ${code - 128}`
  return results[result] ?? (result === '' || result === 'success' ? undefined : `it failed: ${result}`)
}

/** It was not started, since it says itself that it is not for this machine now. */
function isUnmet({active, conditionsMet, conditionsTested}: UnitProperties): boolean {
  return active === 'inactive' && !conditionsMet && conditionsTested > 0
}

/** systemd's words for how a unit ended, in a sentence (systemd.exec(5), $SERVICE_RESULT). */
const results: Readonly<Record<string, string>> = {
  'exit-code': 'one of its commands failed',
  timeout: 'it did not start or stop within its timeout',
  watchdog: 'it did not report to its watchdog in time',
  'start-limit-hit': 'it was started too often: the start limit is hit',
  resources: 'systemd could not set it up: a file, a user or a limit of it cannot be had',
  protocol: 'it did not do what its Type= promises',
  'oom-kill': 'it was killed for want of memory',
  'exec-condition': 'its ExecCondition= said no',
}

function milliseconds(microseconds: number): number {
  return Math.floor(microseconds / 1000)
}
