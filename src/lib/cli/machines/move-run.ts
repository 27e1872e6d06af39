import {ConflictError, CtlError, exitCodes, TimeoutError} from '../../base/errors.ts'
import {unwishMove, wishMoves} from '../../cluster/cluster-settings.ts'
import type {MoveWish} from '../../cluster/model.ts'
import {readCluster} from '../../cluster/read.ts'
import {describeMove, movesProgress, rebalanceMoves} from '../../planning/plan-moves.ts'
import {whyUnits} from '../../planning/why-unit.ts'
import type {Store} from '../../store/store.ts'
import {followProgress} from '../units/follow-progress.ts'
import {findMachine, findTarget} from './find-machine.ts'

export interface Waiting {
  readonly block: boolean
  readonly timeoutSeconds: number | undefined
  readonly signal: AbortSignal
}

/** Has a unit go to a machine, and waits until it runs there. Throws a CtlError where that machine does not take it: 7. */
export async function moveUnit(store: Store, word: string, to: string, waiting: Waiting): Promise<void> {
  const {view, revision} = await readCluster(store, waiting.signal)
  const target = findMachine(view, to).id
  const under = [...view.moves.values()].find(({unit}) => unit === word || unit === `${word}.service`)
  if (under?.from === target) {
    await unwishMove(store, under.unit, waiting.signal)
    process.stdout.write(`Unit ${under.unit} stays where it was\n`)
    return
  }
  const {unit, machine} = findTarget(view, word, 'unit')
  if (unit === undefined || machine.id === target) {
    process.stdout.write(`Unit ${unit ?? word} is there already\n`)
    return
  }
  const [why] = whyUnits(view, [unit], {revision, now: Date.now(), machine: target, all: true})
  const [there] = why?.machines ?? []
  if (there !== undefined && !there.fits)
    throw new CtlError(exitCodes.unplaceable, `${unit} cannot be moved: machine ${there.name} ${there.text}`, {
      hint: `\`ctl why ${unit}\` tells more`,
    })
  await wishAndWait(store, [{unit, from: machine.id, to: target, reason: 'by the operator’s word'}], waiting)
}

/** Evens out the load of the machines by at most so many moves; `dryRun`: only tells which. */
export async function rebalance(
  store: Store,
  {most, dryRun}: {readonly most: number; readonly dryRun: boolean},
  waiting: Waiting,
): Promise<void> {
  const {view} = await readCluster(store, waiting.signal)
  if (view.moves.size > 0) throw new ConflictError('units are being moved already', {hint: 'wait until they have come there'})
  const moves = rebalanceMoves(view, most, Date.now())
  if (moves.length === 0) process.stdout.write('nothing to move\n')
  process.stdout.write(moves.map(each => `${describeMove(each, view)}\n`).join(''))
  if (!dryRun && moves.length > 0) await wishAndWait(store, moves, waiting)
}

async function wishAndWait(store: Store, wishes: readonly MoveWish[], {block, timeoutSeconds, signal}: Waiting): Promise<void> {
  await wishMoves(store, wishes, signal)
  if (!block) return
  const progress = await followProgress(
    store,
    {signal, timeoutSeconds, isOver: each => [...each.values()].every(({status}) => status !== 'waiting')},
    view => movesProgress(view, wishes),
  )
  const failed = [...progress].filter(([, {status}]) => status === 'failed')
  for (const [unit, {text}] of failed) process.stderr.write(`Unit ${unit} ${text}\n`)
  const waiting = [...progress].filter(([, {status}]) => status === 'waiting')
  if (waiting.length > 0 || progress.size === 0) {
    const why = signal.aborted ? 'stopped waiting' : `not done within ${timeoutSeconds} s`
    throw new TimeoutError(`${why}: ${waiting.map(([unit]) => unit).join(' ')}; the moves go on`, {
      hint: '`ctl move UNIT --to` its old machine takes one back',
    })
  }
  if (failed.length > 0)
    throw new CtlError(exitCodes.failed, `not moved: ${failed.map(([unit]) => unit).join(' ')}`, {
      hint: '`ctl status UNIT` shows more; `ctl move UNIT --to` its old machine takes it back',
    })
}
