import type {Run} from '../drivers/driver.ts'
import {stopSeconds} from '../unit/service/stop-seconds.ts'
import {isRunning, type Wanted} from './situation.ts'
import type {Step} from './step.ts'

/** Ends a run and leaves it where it is. */
export function halt(run: Run, wanted: Wanted, reason: string): readonly Step[] {
  return isRunning(run) ? [{kind: 'stop', run, graceSeconds: stopSeconds(wanted.unit), reason}] : []
}

/** Ends a run and takes it away. Without its unit file it is stopped as it was made to be. */
export function clear(run: Run, reason: string, graceSeconds?: number): readonly Step[] {
  const stop: Step = {kind: 'stop', run, ...(graceSeconds === undefined ? {} : {graceSeconds}), reason}
  const remove: Step = {kind: 'remove', run, reason}
  return isRunning(run) ? [stop, remove] : [remove]
}
