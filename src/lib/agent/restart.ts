import type {RestartPolicy, Service} from '../unit/unit.ts'

/** How a run ended. */
export interface Ending {
  readonly at: number
  /** Absent when it never ran: its image could not be had, the engine refused to start it. */
  readonly exitCode?: number
  readonly message?: string
}

/** What follows an ending: nothing, a new start at a time (milliseconds since the epoch), or giving up. */
export type Sequel =
  | {readonly kind: 'rest'; readonly success: boolean}
  | {readonly kind: 'again'; readonly at: number; readonly reason: string}
  | {readonly kind: 'give-up'; readonly reason: string}

type Outcome = 'clean' | 'unclean' | 'signal' | 'abort'

/**
 * Which endings each policy answers with a new start: the table of Restart= in systemd.service(5).
 * An engine tells a death by signal n as exit code 128 + n; as under `docker run`, SIGTERM's 143 is no clean exit.
 */
const restartsAfter: Readonly<Record<RestartPolicy, readonly Outcome[]>> = {
  no: [],
  always: ['clean', 'unclean', 'signal', 'abort'],
  'on-success': ['clean'],
  'on-failure': ['unclean', 'signal', 'abort'],
  'on-abnormal': ['signal', 'abort'],
  'on-abort': ['abort'],
  'on-watchdog': [],
}

const termination = [129, 130, 141, 143]

function outcomeOf(service: Service, exitCode: number | undefined): Outcome {
  if (exitCode === undefined) return 'unclean'
  if (exitCode === 0 || service.successExitCodes.includes(exitCode)) return 'clean'
  if (exitCode <= 128 || exitCode > 128 + 64) return 'unclean'
  return termination.includes(exitCode) ? 'signal' : 'abort'
}

/** Whether an exit with this code is a success for the service. */
export function isSuccess(service: Service, exitCode: number | undefined): boolean {
  return outcomeOf(service, exitCode) === 'clean'
}

/**
 * What follows, given all starts so far that the start limit may count (milliseconds since the epoch). Those after the
 * ending are the answer to it already: they change nothing.
 */
export function sequelOf(service: Service, ending: Ending, starts: readonly number[]): Sequel {
  const outcome = outcomeOf(service, ending.exitCode)
  const success = outcome === 'clean'
  if (service.type === 'oneshot' && success) return {kind: 'rest', success}
  if (!restartsAfter[service.restart].includes(outcome)) return {kind: 'rest', success}
  const at = ending.at + service.restartSeconds * 1000
  const {startLimitBurst: burst, startLimitIntervalSeconds: interval} = service
  const counted = starts.filter(start => start <= ending.at && start > at - interval * 1000)
  if (burst > 0 && interval > 0 && counted.length >= burst) {
    return {kind: 'give-up', reason: `started ${burst} times within ${interval} s: the start limit is hit`}
  }
  const why = ending.exitCode === undefined ? (ending.message ?? 'it could not be started') : `it exited with ${ending.exitCode}`
  return {kind: 'again', at, reason: `${why}, Restart=${service.restart}`}
}

/** The starts that the limit still counts at a time. */
export function countedStarts(service: Service, starts: readonly number[], at: number): readonly number[] {
  return starts
    .filter(start => start > at - service.startLimitIntervalSeconds * 1000)
    .slice(-Math.max(1, service.startLimitBurst))
}
