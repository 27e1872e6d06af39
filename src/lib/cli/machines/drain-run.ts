import {CtlError, exitCodes, TimeoutError, UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import {machineLabel} from '../../cluster/machine-name.ts'
import {changeMachineSettings, type MachineWish} from '../../cluster/machine-settings.ts'
import type {Machine} from '../../cluster/model.ts'
import type {Progress} from '../../cluster/progress.ts'
import {readView} from '../../cluster/read.ts'
import {targetOf} from '../../cluster/rows.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {GoalProgress} from '../../cluster/wait.ts'
import {type DrainWatch, watchDrain} from '../../planning/drain-progress.ts'
import {prefixes} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import {neededMachines} from '../plan/run.ts'
import {followProgress} from '../units/follow-progress.ts'
import {findMachine} from './find-machine.ts'

export interface DrainOptions {
  readonly maxParallel: number
  /** Seconds from now after which what is left leaves at once. */
  readonly deadlineSeconds: number | undefined
  readonly reason: string | undefined
  readonly block: boolean
  readonly timeoutSeconds: number | undefined
}

/** Has the same wished of each machine that a word names, and returns what they are called. Throws as `findMachine` and `changeMachineSettings` do. */
export async function settleMachines(
  store: Store,
  words: readonly string[],
  wish: MachineWish,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return (await settle(store, words, wish, signal)).map(machineLabel)
}

async function settle(
  store: Store,
  words: readonly string[],
  wish: MachineWish,
  signal: AbortSignal,
): Promise<readonly Machine[]> {
  const view = await readView(store, [prefixes.machines], signal)
  const machines = new Map(neededMachines(words).map(word => [findMachine(view, word).id, findMachine(view, word)]))
  for (const id of machines.keys()) await changeMachineSettings(store, id, wish, signal)
  return [...machines.values()]
}

/**
 * Has the machines drained and waits until they are empty, showing what leaves. Throws a CtlError where they do not become so: 6
 * not in time; while there is no deadline 7 for units that fit nowhere else, 8 where all that is left fails elsewhere.
 */
export async function drainMachines(
  store: Store,
  words: readonly string[],
  options: DrainOptions,
  signal: AbortSignal,
): Promise<void> {
  const {maxParallel, deadlineSeconds, reason, block, timeoutSeconds} = options
  const deadline = deadlineSeconds === undefined ? undefined : Date.now() + deadlineSeconds * 1000
  const drain = {maxParallel, ...(deadline === undefined ? {} : {deadline}), ...(reason === undefined ? {} : {reason})}
  const seen = await placesBefore(store, signal)
  const machines = await settle(store, words, {drain}, signal)
  const names = machines.map(machineLabel).join(' ')
  if (!block) {
    process.stdout.write(machines.map(machine => `Machine ${machineLabel(machine)} is being drained\n`).join(''))
    return
  }
  const watch = new Leaving(machines, seen)
  const isOver = () => [...watch.left.values()].every(({status}) => deadline === undefined && status !== 'waiting')
  await followProgress(store, {signal, timeoutSeconds, isOver}, view => watch.look(view, Date.now()))
  const left = [...watch.left]
  const undo = `\`ctl uncordon ${names}\` takes it back`
  if (!watch.hasSeen || (left.length > 0 && !isOver())) {
    const why = signal.aborted ? 'stopped waiting' : `not done within ${timeoutSeconds} s`
    throw new TimeoutError(`${why}: ${countOf(left.length)} left on ${names}, and the drain goes on`, {hint: undo})
  }
  if (left.length === 0) {
    process.stdout.write(machines.map(machine => `Machine ${machineLabel(machine)} is empty\n`).join(''))
    return
  }
  for (const [unit, {text}] of left) process.stderr.write(`Unit ${unit} ${text}\n`)
  const isPlaceless = left.some(([, {status}]) => status === 'refused')
  throw new CtlError(
    isPlaceless ? exitCodes.unplaceable : exitCodes.failed,
    `${countOf(left.length)} cannot leave ${names}: ${left.map(([unit]) => unit).join(' ')}`,
    {
      hint: `they stay, and leave as soon as they can; --deadline has them leave anyway; ${undo}`,
    },
  )
}

/** The seconds that a flag names; undefined where it is not given. Throws UsageError for what is no time. */
export function secondsOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = parseTimeSpan(text)
  if (seconds === undefined || seconds === Number.POSITIVE_INFINITY)
    throw new UsageError(`--${flag}: ${JSON.stringify(text)} is no time`, {hint: 'write it as 30s or 5min'})
  return seconds
}

/** What leaves machines, from look to look. */
class Leaving {
  left: GoalProgress = new Map()
  hasSeen = false
  private readonly watch: DrainWatch
  /** Where the units of these machines stood in the beginning. */
  private readonly stood = new Map<string, ReadonlySet<string>>()

  constructor(machines: readonly Machine[], before: ReadonlyMap<string, ReadonlySet<string>>) {
    this.watch = watchDrain(machines.map(({id}) => id))
    for (const [unit, places] of before) if (machines.some(({id}) => places.has(id))) this.stood.set(unit, places)
  }

  /** As it is to be shown: what cannot leave now may do so later. */
  look(view: ClusterView, now: number): GoalProgress {
    this.hasSeen = true
    this.left = this.watch(view, now)
    for (const unit of this.left.keys()) if (!this.stood.has(unit)) this.stood.set(unit, new Set())
    return new Map(
      [...this.stood].map(([unit, before]) => {
        const left = this.left.get(unit)
        return [unit, left === undefined ? gone(view, unit, before) : {status: 'waiting', text: left.text}]
      }),
    )
  }
}

async function placesBefore(store: Store, signal: AbortSignal): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const view = await readView(store, [prefixes.assignments], signal)
  const places = Map.groupBy(view.allAssignments(), ({unit}) => unit)
  return new Map([...places].map(([unit, all]) => [unit, new Set(all.map(({machine}) => machine))]))
}

function gone(view: ClusterView, unit: string, before: ReadonlySet<string>): Progress {
  const places = [...view.assignments].flatMap(([machine, units]) => (units.has(unit) && !before.has(machine) ? [machine] : []))
  const refusal = view.refusals.get(unit)?.reason
  if (places.length > 0) return {status: 'done', text: `moved to ${places.map(machine => targetOf(view, machine)).join(', ')}`}
  return {status: 'done', text: refusal === undefined ? 'has left' : `has left, and has no place: ${refusal}`}
}

function countOf(units: number): string {
  return units === 1 ? '1 unit' : `${units} units`
}
