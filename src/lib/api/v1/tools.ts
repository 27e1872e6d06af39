import type {ApiContext} from '../context.ts'
import type {RowShelf} from './lists/cluster-rows.ts'
import type {UnitFacts} from './lists/unit-facts.ts'

/** What the operations share besides the context. */
export interface Tools {
  readonly context: ApiContext
  readonly shelf: RowShelf
  readonly facts: UnitFacts
}
