import type {Assignment, DesiredState, UnitRecord, UnitState} from '../../cluster/model.ts'

/** Where a unit is, on machines that are there. */
export interface Places {
  readonly assignments: readonly Assignment[]
  readonly states: readonly UnitState[]
}

/**
 * What has become of a unit, in fleet's three words. fleetctl polls for this word, and looks only once at the state when
 * it reads `launched`: so that is said when the start has come to something, be it a failure, and `loaded` when a stop
 * has. Without a place it is inactive, once nothing of it is left anywhere.
 */
export function currentState(record: UnitRecord, {assignments, states}: Places): DesiredState {
  const [assignment] = assignments
  if (assignment === undefined) return withoutPlace(record, states)
  const state = states.find(({machine}) => machine === assignment.machine)
  if (state === undefined) return 'inactive'
  if (assignment.desiredState === 'loaded') return isRunning(state) ? 'launched' : 'loaded'
  return isCurrent(state, record) && hasStarted(state) ? 'launched' : 'loaded'
}

/** A oneshot that has succeeded needs no place any more; of anything else what is left is still being stopped. */
function withoutPlace(record: UnitRecord, states: readonly UnitState[]): DesiredState {
  if (states.length === 0) return 'inactive'
  const isDone = states.some(({done, ...state}) => done === true && isCurrent(state, record))
  return isDone && record.desiredState === 'launched' ? 'launched' : 'loaded'
}

function isCurrent(state: Pick<UnitState, 'file' | 'generation'>, record: UnitRecord): boolean {
  return state.generation >= record.generation && state.file === record.file
}

function isRunning({active, sub}: UnitState): boolean {
  return (
    active === 'activating' || active === 'deactivating' || active === 'reloading' || (active === 'active' && sub !== 'exited')
  )
}

/** Whether a start is over: it runs, has run, has failed, or goes on failing. */
function hasStarted({load, active, sub, exitCode, done}: UnitState): boolean {
  if (load !== 'loaded') return true
  if (active === 'activating') return sub === 'auto-restart'
  if (active === 'inactive') return done === true || exitCode !== undefined || sub === 'condition'
  return true
}
