import type {Wish} from '../../../cluster/model.ts'
import {type Answer, jsonAnswer} from '../../http.ts'
import type {AnswerShape} from '../operation.ts'
import {named} from '../schema.ts'
import type {Tools} from '../tools.ts'
import type {Changed} from './change-unit.ts'
import {UnitFollower} from './follow.ts'
import {unitPage, unitTag} from './unit-page.ts'

/** What changes of a unit are answered with. */
export const changeAnswers: Readonly<Record<number, AnswerShape>> = {
  200: {summary: 'the unit as it is now; with `wait`, what became of it', content: {'application/json': named('UnitChange')}},
  201: {summary: 'the unit was not known before', content: {'application/json': named('UnitChange')}},
}

export interface ChangeRequest {
  readonly name: string
  /** Milliseconds to wait for what becomes of it; 0 for none. */
  readonly wait: number
  readonly signal: AbortSignal
  readonly warnings: readonly string[]
  /** What is waited for. */
  readonly wishOf: (changed: Changed) => Wish
}

/** Has a change made, waits for what becomes of it if that is asked for, and answers with the unit as it is then. */
export async function changeUnit(tools: Tools, request: ChangeRequest, act: () => Promise<Changed>): Promise<Answer> {
  const {context} = tools
  const {name, wait, signal, warnings, wishOf} = request
  const until = context.now() + wait
  const follower = wait > 0 ? await UnitFollower.open(context, name) : undefined
  try {
    const changed = await act()
    const {change, record, revision} = changed
    const outcome = await follower?.outcome({name, wish: wishOf(changed), record}, revision, {until, signal})
    const glimpse = await context.cluster.lookAfter(revision, signal)
    const told = {change, ...(outcome === undefined ? {} : {outcome})}
    const headers = {'meissa-revision': String(glimpse.revision)}
    if (change === 'destroyed' || !glimpse.view.units.has(name))
      return jsonAnswer({revision: glimpse.revision, unit: name, ...told, change: 'destroyed'}, 200, headers)
    const page = unitPage(name, glimpse, tools)
    return jsonAnswer({...page, ...told, warnings}, change === 'created' ? 201 : 200, {...headers, etag: unitTag(page)})
  } finally {
    follower?.end()
  }
}
