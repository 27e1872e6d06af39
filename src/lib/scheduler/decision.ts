import type {Unit} from '../unit/unit.ts'
import type {Objection} from './objection.ts'

/** What the scheduler decided, as values with a reason each; `refuse` is a result like the others. */
export type Decision =
  | {readonly kind: 'place'; readonly unit: string; readonly machine: string; readonly reason: string}
  | {
      readonly kind: 'evict'
      readonly unit: string
      readonly machine: string
      readonly reason: string
      /** The unit that it gives way to. */
      readonly for?: string
    }
  | {readonly kind: 'refuse'; readonly unit: string; readonly objections: readonly Objection[]}

/** Why a unit is placed where it is; `fitting`: how many machines would have done. */
export function reasonToPlace({placement}: Unit, fitting: number): string {
  if (placement.machineOf.length > 0) return `next to ${placement.machineOf.join(' and ')}`
  return fitting === 1 ? 'the only machine that fits' : `least loaded of ${fitting} machines that fit`
}
