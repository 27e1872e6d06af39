import type {Unit} from '../unit/unit.ts'
import type {Objection} from './objection.ts'

/** What the scheduler decided, as values with a reason each; `refuse` is a result like the others. */
export type Decision =
  | {readonly kind: 'place'; readonly unit: string; readonly machine: string; readonly reason: string}
  /** A place beside the one that the unit has, until it runs there; or in its stead, where it is taken away at once. */
  | {
      readonly kind: 'move'
      readonly unit: string
      readonly machine: string
      readonly from: string
      readonly reason: string
    }
  | {
      readonly kind: 'evict'
      readonly unit: string
      readonly machine: string
      readonly reason: string
      /** The unit that it gives way to. */
      readonly for?: string
    }
  | {
      readonly kind: 'refuse'
      readonly unit: string
      /** Of every machine; where room is being made for it, only who stops for it. */
      readonly objections: readonly Objection[]
      /** The machine where room is being made for it. */
      readonly promised?: string
      /** The unit that it was taken away for. */
      readonly gaveWayTo?: string
    }

/** A decision about a unit on a machine. */
export type Decided = Exclude<Decision, {readonly kind: 'refuse'}>

/** An operator's wish to move a unit that is fulfilled, or cannot be. */
export interface Unwish {
  readonly unit: string
  readonly reason: string
}

/** Why a unit is placed where it is; `fitting`: how many machines would have done. */
export function reasonToPlace({placement}: Unit, fitting: number): string {
  return placement.machineOf.length > 0 ? `next to ${placement.machineOf.join(' and ')}` : reasonAmong(fitting)
}

/** The same of a unit that stands beside nobody. */
export function reasonAmong(fitting: number): string {
  return fitting === 1 ? 'the only machine that fits' : `least loaded of ${fitting} machines that fit`
}
