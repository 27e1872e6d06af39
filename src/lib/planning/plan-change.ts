import type {ClusterView} from '../cluster/view.ts'
import type {Change} from './change.ts'
import {describeOutcome, isMissing, type Outcome, outcomesOf} from './outcome.ts'
import {type Moment, rehearse} from './rehearse.ts'
import {type MachineWhy, whyUnits} from './why-unit.ts'

/** What a change would do. Its keys are those of `ctl plan -o json`. */
export interface PlanReport {
  /** Of the cluster that it speaks of. */
  readonly revision: number
  /** Whether every unit that is to have a place would have one. */
  readonly fits: boolean
  /** `1 moves, 2 are placed`. */
  readonly summary: string
  readonly outcomes: readonly PlannedOutcome[]
  /** Why the engine would move nothing away from lost machines. */
  readonly hold: string | null
  /** False where the engine would still have something to decide after many looks. */
  readonly rests: boolean
}

export interface PlannedOutcome extends Outcome {
  /** `place web@1.service on a/10.0.0.1: the only machine that fits`. */
  readonly text: string
  /** Of a unit that would have no place: the machine that comes nearest. */
  readonly nearest: MachineWhy | null
}

/** Plays the change through on the cluster as it was at that moment. Nothing is written, and the view stays as it is. */
export function planChange(view: ClusterView, change: Change, moment: Moment): PlanReport {
  const rehearsal = rehearse(view, change, moment)
  const {after, hold, rests} = rehearsal
  const asked = change.kind === 'wish' ? change.units : []
  const outcomes = outcomesOf(rehearsal, asked)
  const missing = outcomes.filter(isMissing)
  const told = missing.slice(0, nearestOf).map(({unit}) => unit)
  const whys = new Map(whyUnits(after, told, {...moment, all: false}).map(why => [why.unit, why.machines[0] ?? null]))
  return {
    revision: moment.revision,
    fits: missing.length === 0,
    summary: summaryOf(outcomes),
    outcomes: outcomes.map(each => ({...each, text: describeOutcome(each, view), nearest: whys.get(each.unit) ?? null})),
    hold: hold ?? null,
    rests,
  }
}

/** Of so many units the nearest machine is looked for. */
const nearestOf = 20

/** How many of each kind there are: `1 will not fit, 2 move`. */
function summaryOf(outcomes: readonly Outcome[]): string {
  const missing = outcomes.filter(isMissing).length
  const parts = words.flatMap(([kind, one, several]) => {
    const count = outcomes.filter(each => each.kind === kind).length
    return count === 0 ? [] : [`${count} ${count === 1 ? one : several}`]
  })
  const all = missing === 0 ? parts : [...parts, `${missing} will not fit`]
  return all.length === 0 ? 'nothing changes' : all.join(', ')
}

const words: readonly (readonly [kind: Outcome['kind'], one: string, several: string])[] = [
  ['place', 'is placed', 'are placed'],
  ['move', 'moves', 'move'],
  ['evict', 'is evicted', 'are evicted'],
  ['start', 'starts', 'start'],
  ['restart', 'restarts', 'restart'],
  ['update', 'gets its new file', 'get their new file'],
  ['stop', 'stops', 'stop'],
  ['lost', 'stays on its lost machine', 'stay on their lost machines'],
]
