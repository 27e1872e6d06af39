import {createHash} from 'node:crypto'
import type {UnitFile} from './file.ts'

/** SHA-256 of a unit file's text, in hex: its key in the store. */
export function fileHash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * SHA-256, in hex, of all that decides what runs: the unit's name (for the specifiers) and every option as written,
 * except placement, dependencies and the policy that an agent applies from outside. Comments, blank lines and the order
 * of different keys do not matter. Running containers are kept across upgrades of the program as long as this stays
 * the same, so neither this function nor its tables may change the hash of a file that exists.
 */
export function runHash(name: string, file: UnitFile): string {
  const options = file.sections
    .filter(section => !isOutside(section.name))
    .flatMap(section => section.options.map(({key, value}) => [section.name, key, value] as const))
    .filter(([section, key]) => !(section === 'Service' && policyKeys.has(key)))
  const order = ([section, key]: readonly [string, string, string]) => `${section}\n${key}`
  options.sort((left, right) => compare(order(left), order(right)))
  return createHash('sha256')
    .update(JSON.stringify(['run 1', name, options]))
    .digest('hex')
}

/** Sections that say where and with what a unit runs, not what; `X-` sections are another program's. */
function isOutside(section: string): boolean {
  return section === 'Unit' || section === 'Install' || section.startsWith('X-')
}

/** Keys of [Service] that an agent or the host's systemd applies without touching what runs. */
const policyKeys: ReadonlySet<string> = new Set([
  'Type',
  'RemainAfterExit',
  'SuccessExitStatus',
  'Restart',
  'RestartSec',
  'RestartSteps',
  'RestartMaxDelaySec',
  'RestartMode',
  'RestartPreventExitStatus',
  'RestartForceExitStatus',
  'StartLimitBurst',
  'StartLimitInterval',
  'StartLimitIntervalSec',
  'StartLimitAction',
  'TimeoutSec',
  'TimeoutStartSec',
  'TimeoutStopSec',
  'TimeoutAbortSec',
  'TimeoutStartFailureMode',
  'TimeoutStopFailureMode',
  'KillMode',
  'KillSignal',
  'SendSIGKILL',
  'SendSIGHUP',
  'FinalKillSignal',
  'RestartKillSignal',
  'WatchdogSec',
  'NotifyAccess',
])

/** By code units, the same on every machine and in every locale. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
