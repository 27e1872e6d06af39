import type {UnitState} from '../cluster/model.ts'
import type {StepKind} from './step.ts'

/** What takes less is not told on the way: nobody could read it, and each word is a write in etcd. */
export const quietMilliseconds = 200

/** A run is called active once it has held out this long: one that dies at once was never active. */
export const settleMilliseconds = 100

/** A unit's state but for `since`, or when to look again because it is about to be known. */
export interface Report {
  readonly state?: Omit<UnitState, 'since'>
  readonly wakeAt?: number
}

/** What is being done for the unit, and since when. */
export interface Under {
  readonly kind: StepKind
  readonly since: number
}
