import type {ChalkInstance} from 'chalk'
import {isMissing} from '../../planning/outcome.ts'
import type {PlannedOutcome, PlanReport} from '../../planning/plan-change.ts'
import {machineText} from './why-page.ts'

/** What would be done, line by line, then the sum and the revision that all of it speaks of. Each line is ended. */
export function renderPlan({outcomes, summary, revision, hold, rests}: PlanReport, chalk: ChalkInstance): string {
  const lines = [
    ...outcomes.flatMap(each => outcomeLines(each, chalk)),
    ...(hold === null ? [] : [chalk.yellow(`the engine would hold: ${hold}`)]),
    ...(rests ? [] : [chalk.yellow('the engine would still not be at rest: what is told here is not the end of it')]),
    `${summary}; at revision ${revision}, nothing was done`,
  ]
  return lines.map(line => `${line}\n`).join('')
}

function outcomeLines(outcome: PlannedOutcome, chalk: ChalkInstance): readonly string[] {
  const {kind, text, nearest} = outcome
  const tone = isMissing(outcome) ? chalk.red : kind === 'stop' || kind === 'move' || kind === 'lost' ? chalk.yellow : chalk.green
  const told = text.replaceAll(/\p{Cc}/gu, ' ')
  const line = tone(told.slice(0, kind.length)) + told.slice(kind.length)
  return nearest === null ? [line] : [line, `    nearest: ${nearest.name}: ${machineText(nearest)}`]
}
