import type {Objection} from './objection.ts'

/** What the scheduler decided, as values with a reason each; `refuse` is a result like the others. */
export type Decision =
  | {readonly kind: 'place'; readonly unit: string; readonly machine: string; readonly reason: string}
  | {readonly kind: 'evict'; readonly unit: string; readonly machine: string; readonly reason: string}
  | {readonly kind: 'refuse'; readonly unit: string; readonly objections: readonly Objection[]}
