import {exitCodes, UsageError} from '../../base/errors.ts'
import {readRecords} from '../../cluster/change.ts'
import type {Wish} from '../../cluster/model.ts'
import {readCluster} from '../../cluster/read.ts'
import {unknownUnits} from '../../cluster/unknown-units.ts'
import type {Change} from '../../planning/change.ts'
import {planChange} from '../../planning/plan-change.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {findMachine} from '../machines/find-machine.ts'
import {isGlob, knownUnits} from '../units/known-units.ts'
import {gatherUnits, readArguments, refuseTemplates} from '../units/unit-arguments.ts'
import {renderPlan} from './page.ts'

export type Output = 'text' | 'json'

/** Prints what a change would do; the exit code: 7 when something would not fit. */
export async function showPlan(store: Store, change: Change, output: Output, signal: AbortSignal): Promise<number> {
  const {view, revision} = await readCluster(store, signal)
  const plan = planChange(view, change, {revision, now: Date.now()})
  const text = output === 'json' ? `${JSON.stringify(plan, null, 2)}\n` : renderPlan(plan, coloursFor(process.stdout))
  process.stdout.write(text)
  return plan.fits ? exitCodes.done : exitCodes.unplaceable
}

/** The units that arguments name, with the files of those that are not known. Throws what `gatherUnits` throws. */
export async function broughtUnits(
  store: Store,
  argv: readonly string[],
  {verb, replace, signal}: {readonly verb: string; readonly replace: boolean; readonly signal: AbortSignal},
) {
  const named = argv.map(async arg => (isGlob(arg) ? knownUnits(store, [arg], signal) : [arg]))
  const args = await readArguments((await Promise.all(named)).flat())
  refuseTemplates(args, verb)
  return gatherUnits(store, args, {replace, signal})
}

/** A wish for known units. Throws NotFoundError that names those that are not. */
export async function wishChange(store: Store, wish: Wish, argv: readonly string[], signal: AbortSignal): Promise<Change> {
  const units = await knownUnits(store, argv, signal)
  const records = await readRecords(store, units, signal)
  const unknown = units.filter(name => !records.has(name))
  if (unknown.length > 0) throw await unknownUnits(store, unknown, {signal})
  return {kind: 'wish', wish, units, submissions: [], replace: false}
}

/** What is about to happen to machines, each by any word that names it. */
export async function machineChange(
  store: Store,
  kind: 'drain' | 'lose',
  words: readonly string[],
  signal: AbortSignal,
): Promise<Change> {
  const {view} = await readCluster(store, signal)
  return {kind, machines: words.map(word => findMachine(view, word).id)}
}

/** The arguments of a command that needs at least one machine. */
export function neededMachines(words: readonly string[]): readonly string[] {
  if (words.length > 0) return words
  throw new UsageError('no machine given', {hint: '`ctl list-machines` shows them'})
}
