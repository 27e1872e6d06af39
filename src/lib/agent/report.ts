import {unreachable} from '../base/errors.ts'
import type {UnitState} from '../cluster/model.ts'
import type {Run} from '../drivers/driver.ts'
import {missingPartner} from './bonds.ts'
import {isFailure, sequelNow} from './plan.ts'
import {reportSupervised} from './report-supervised.ts'
import {countedStarts, isSuccess} from './restart.ts'
import {isDone, isRunning, type Memory, memoryOf, type Situation, type Wanted} from './situation.ts'
import type {StepKind} from './step.ts'
import {quietMilliseconds, type Report, settleMilliseconds, type Under} from './telling.ts'

type Seen = Pick<UnitState, 'active' | 'sub'> & Partial<Pick<UnitState, 'reason' | 'exitCode' | 'done' | 'startError'>>

/** What the cluster is to know of an assigned unit, in systemd's words. */
export function reportUnit(
  situation: Situation,
  wanted: Wanted,
  run: Run | undefined,
  {machine, doing}: {readonly machine: string; readonly doing: Under | undefined},
): Report {
  if (wanted.unit.driver === 'systemd') return reportSupervised(situation, wanted, run, {machine, doing})
  const memory = memoryOf(situation, wanted)
  const seen = see(situation, wanted, run, memory, doing)
  if (!('active' in seen)) return seen
  const starts = countedStarts(wanted.unit.service, memory?.starts ?? [], endOf(run, memory) ?? situation.now)
  const failed = seen.active === 'failed' || seen.sub === 'auto-restart'
  return {
    state: {
      machine,
      unit: wanted.unit.name,
      load: 'loaded',
      file: wanted.file,
      generation: wanted.identity.generation,
      restarts: memory?.restarts ?? 0,
      starts: [...starts],
      ...(run === undefined ? {} : {container: run.id}),
      ...(run?.health === undefined || !isRunning(run) ? {} : {health: run.health}),
      ...seen,
      ...(failed && memory?.log !== undefined ? {log: [...memory.log.lines]} : {}),
    },
  }
}

export type UnreadableUnit = Pick<UnitState, 'file' | 'generation'> & {readonly reason: string}

/** A report of a unit whose file this agent cannot make sense of. */
export function reportUnreadable(unit: string, machine: string, why: UnreadableUnit): Omit<UnitState, 'since'> {
  return {machine, unit, load: 'bad-setting', active: 'inactive', sub: 'dead', restarts: 0, starts: [], ...why}
}

/** The state with the time of its last change of `active` or `sub`. */
export function datedState(state: Omit<UnitState, 'since'>, last: UnitState | undefined, now: number): UnitState {
  const same =
    last !== undefined && last.active === state.active && last.sub === state.sub && last.generation === state.generation
  return {...state, since: same ? last.since : now}
}

type Sight = Seen | {readonly wakeAt?: number}

/** The rules, first match wins. An empty answer: not known yet, the last state stands. */
function see(
  situation: Situation,
  wanted: Wanted,
  run: Run | undefined,
  memory: Memory | undefined,
  doing: Under | undefined,
): Sight {
  const {service, placement} = wanted.unit
  if (doing !== undefined) {
    const loud = doing.since + quietMilliseconds
    return situation.now < loud ? {wakeAt: loud} : seeDoing(wanted, doing.kind)
  }
  if (run !== undefined && isRunning(run)) return seeRunning(situation, wanted, run)
  if (
    isDone(wanted, memory) ||
    (run !== undefined && service.type === 'oneshot' && run.phase === 'exited' && isSuccess(service, run.exitCode))
  ) {
    return {
      ...(service.remainAfterExit ? {active: 'active', sub: 'exited'} : {active: 'inactive', sub: 'dead'}),
      exitCode: 0,
      done: true,
    }
  }
  if (wanted.desiredState === 'loaded') return {active: 'inactive', sub: 'dead'}
  if (situation.disconnected && placement.onDisconnect === 'stop')
    return {active: 'inactive', sub: 'dead', reason: 'the cluster is out of reach'}
  const missing = missingPartner(situation, wanted)
  if (missing !== undefined) return {active: 'inactive', sub: 'dead', reason: missing}
  if (run !== undefined && isFailure(wanted, run) && memory?.log?.run !== run.id) return {}
  return seeEnded(wanted, run, memory)
}

function seeDoing({unit}: Wanted, kind: StepKind): Sight {
  switch (kind) {
    case 'prepare':
      return {active: 'activating', sub: 'start-pre', reason: `getting image ${unit.container?.image ?? ''}`.trim()}
    case 'load':
    case 'start':
      return {active: 'activating', sub: 'start'}
    case 'stop':
      return {active: 'deactivating', sub: 'stop-sigterm'}
    case 'set-aside':
    case 'remove':
    case 'collect':
      return {}
    default:
      return unreachable(kind)
  }
}

function seeRunning(situation: Situation, wanted: Wanted, run: Run): Sight {
  if (run.phase === 'paused') return {active: 'active', sub: 'paused'}
  if (wanted.unit.service.type === 'oneshot') return {active: 'activating', sub: 'start'}
  if (wanted.unit.container?.activeWhenHealthy && run.health !== 'healthy')
    return {active: 'activating', sub: 'start-post', reason: 'waiting for its health check'}
  const settled = (run.startedAt ?? 0) + settleMilliseconds
  return situation.now < settled ? {wakeAt: settled} : {active: 'active', sub: 'running'}
}

function seeEnded(wanted: Wanted, run: Run | undefined, memory: Memory | undefined): Sight {
  const sequel = sequelNow(wanted, run, memory)
  const facts = {
    ...(run?.exitCode === undefined ? {} : {exitCode: run.exitCode}),
    ...(memory?.ending?.message === undefined ? {} : {startError: memory.ending.message}),
  }
  const words = memory?.ending?.message ?? (run?.exitCode === undefined ? undefined : endedWith(run))
  if (sequel === undefined) return {}
  if (sequel.kind === 'again') return {active: 'activating', sub: 'auto-restart', ...facts, reason: sequel.reason}
  if (sequel.kind === 'give-up')
    return {active: 'failed', sub: 'failed', ...facts, reason: words === undefined ? sequel.reason : `${words}; ${sequel.reason}`}
  if (!sequel.success) return {active: 'failed', sub: 'failed', ...facts, ...(words === undefined ? {} : {reason: words})}
  if (wanted.unit.service.remainAfterExit) return {active: 'active', sub: 'exited', ...facts}
  return {active: 'inactive', sub: 'dead', ...facts, reason: endedWith(run)}
}

/** When it ended: what its start limit counted then must not age, lest a later agent tries again. */
function endOf(run: Run | undefined, memory: Memory | undefined): number | undefined {
  return memory?.ending?.at ?? (run === undefined || isRunning(run) ? undefined : run.finishedAt)
}

function endedWith(run: Run | undefined): string {
  if (run?.oomKilled) return `it was killed for want of memory (exit code ${run.exitCode ?? 137})`
  return `it exited with ${run?.exitCode ?? 0}`
}
