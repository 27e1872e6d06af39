import type {Run} from '../drivers/driver.ts'
import {stopSeconds} from '../unit/service/stop-seconds.ts'
import {brokenBond, missingPartner, renewedBond} from './bonds.ts'
import {clear, halt} from './clear.ts'
import {planSupervised} from './plan-supervised.ts'
import {isSuccess, type Sequel, sequelOf} from './restart.ts'
import {isDone, isRunning, type Memory, memoryOf, notAssigned, type Situation, sameIdentity, type Wanted} from './situation.ts'
import type {Step, UnitPlan} from './step.ts'

/** What is to be done on this machine now. Units of which nothing is to be done are left out; at rest nothing is left. */
export function planAgent(situation: Situation): ReadonlyMap<string, UnitPlan> {
  const runs = runsByUnit(situation.runs)
  const aside = runsByUnit(situation.aside)
  const plans = new Map<string, UnitPlan>()
  for (const name of new Set([...situation.wanted.keys(), ...runs.keys(), ...aside.keys()])) {
    if (situation.frozen.has(name)) continue
    const wanted = situation.wanted.get(name)
    const plan =
      wanted === undefined
        ? {
            steps: [...(runs.get(name) ?? []), ...(aside.get(name) ?? [])].flatMap(run =>
              clear(run, situation.dismissed?.get(name) ?? notAssigned),
            ),
          }
        : planUnit(situation, wanted, runs.get(name) ?? [])
    if (plan.steps.length > 0 || plan.wakeAt !== undefined) plans.set(name, plan)
  }
  return plans
}

/** What follows the end of the unit's run, or of its failed start; undefined while there is nothing ended. */
export function sequelNow(wanted: Wanted, run: Run | undefined, memory: Memory | undefined): Sequel | undefined {
  const {service} = wanted.unit
  const starts = memory?.starts ?? []
  if (memory?.ending !== undefined) return sequelOf(service, memory.ending, starts)
  if (run === undefined || isRunning(run) || run.phase === 'created') return undefined
  const ending = {at: run.finishedAt ?? run.startedAt ?? 0, exitCode: run.exitCode ?? 255}
  return sequelOf(service, ending, starts)
}

/** Whether the run ended in a way whose last lines are worth keeping. */
export function isFailure(wanted: Wanted, run: Run): boolean {
  return (run.phase === 'exited' || run.phase === 'dead') && !isSuccess(wanted.unit.service, run.exitCode ?? 255)
}

/** The rules, first match wins. */
function planUnit(situation: Situation, wanted: Wanted, runs: readonly Run[]): UnitPlan {
  if (wanted.unit.driver === 'systemd') return planSupervised(situation, wanted, runs)
  const same = runs.filter(run => sameIdentity(run.identity, wanted.identity))
  const current = same.find(isRunning) ?? same[0]
  const stale = runs.filter(run => run !== current)

  // A singleton must not run where the cluster may believe that it does not. Left behind, its run would look ended by itself.
  if (situation.disconnected && wanted.unit.placement.onDisconnect === 'stop') {
    const reason = 'the cluster is out of reach, OnDisconnect=stop'
    const grace = Math.min(stopSeconds(wanted.unit), situation.graceLeft)
    return {steps: runs.filter(isRunning).flatMap(run => clear(run, reason, grace))}
  }
  if (wanted.desiredState === 'loaded') {
    const halted = current === undefined ? [] : halt(current, wanted, 'stopped by the operator: loaded is wanted')
    return {
      steps: [...stale.flatMap(run => clear(run, 'replaced, and only loaded is wanted', stopSeconds(wanted.unit))), ...halted],
    }
  }
  if (current !== undefined && isRunning(current)) return planRunning(situation, wanted, current, stale)
  return planStart(situation, wanted, current, stale)
}

/** It runs as it is wanted, unless its health or a bond is broken; a oneshot must come to its end in time (TimeoutStartSec= in systemd.service(5)). */
function planRunning(situation: Situation, wanted: Wanted, current: Run, stale: readonly Run[]): UnitPlan {
  const {now} = situation
  const steps = stale.flatMap(run => clear(run, newerStands, stopSeconds(wanted.unit)))
  const broken = brokenBond(situation, wanted)
  if (broken !== undefined) return {steps: [...steps, ...halt(current, wanted, broken)]}
  const unwell = current.health === 'unhealthy' ? wanted.unit.container?.onUnhealthy : undefined
  if (unwell !== undefined) {
    const reason = `its health check failed, HealthOnFailure=${unwell}`
    if (unwell === 'restart') return begin(situation, wanted, [current, ...stale], reason)
    return {
      steps: [...steps, {kind: 'stop', run: current, graceSeconds: unwell === 'kill' ? 0 : stopSeconds(wanted.unit), reason}],
    }
  }
  const {type, timeoutStartSeconds: seconds} = wanted.unit.service
  if (type !== 'oneshot' || seconds === undefined || !Number.isFinite(seconds) || seconds <= 0) return {steps}
  const end = (current.startedAt ?? now) + seconds * 1000
  if (now < end) return {steps, wakeAt: end}
  return {steps: [...steps, ...halt(current, wanted, `it did not end within TimeoutStartSec=${seconds}s`)]}
}

/** A launched unit that does not run: start it, wait, or leave it at its end. */
function planStart(situation: Situation, wanted: Wanted, current: Run | undefined, stale: readonly Run[]): UnitPlan {
  const memory = memoryOf(situation, wanted)
  if (isDone(wanted, memory)) return {steps: stale.flatMap(run => clear(run, 'the unit is done', stopSeconds(wanted.unit)))}
  if (current !== undefined && isFailure(wanted, current) && memory?.log?.run !== current.id) {
    return {steps: [{kind: 'collect', run: current, reason: `it exited with ${current.exitCode ?? 'an unknown code'}`}]}
  }
  const old = current === undefined ? stale : [current, ...stale]
  if (missingPartner(situation, wanted) !== undefined) return {steps: []}
  const renewed = current && renewedBond(situation, wanted, current)
  if (renewed !== undefined) return begin(situation, wanted, old, renewed)
  const lastTry = memory?.ending?.at ?? current?.startedAt
  if (lastTry !== undefined && lastTry < situation.bootedAt && !isFinishedOneshot(wanted, current))
    return begin(situation, wanted, old, 'the machine was booted since')
  const sequel = sequelNow(wanted, current, memory)
  if (sequel === undefined) return begin(situation, wanted, old, freshReason(wanted, current, memory, stale))
  const steps =
    current === undefined ? thin(stale, wanted) : stale.flatMap(run => clear(run, newerStands, stopSeconds(wanted.unit)))
  if (sequel.kind !== 'again') return {steps}
  if (situation.now < sequel.at) return {steps, wakeAt: sequel.at}
  return begin(situation, wanted, old, sequel.reason)
}

/**
 * What the new run needs is fetched before the old one is stopped, so that it stands still only for as long as it must. The
 * newest of the old runs is kept for what it printed, in the place of the one before; what systemd's unit printed is in the journal.
 */
function begin(situation: Situation, wanted: Wanted, old: readonly Run[], reason: string): UnitPlan {
  const newest = old
    .filter(run => run.supervised === undefined && run.phase !== 'created' && run.phase !== 'dead')
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))[0]
  const before = situation.aside.filter(run => newest !== undefined && run.unit === wanted.unit.name)
  return {
    steps: [
      {kind: 'prepare', unit: wanted.unit, identity: wanted.identity, reason},
      ...old.flatMap(run => (run === newest ? halt(run, wanted, reason) : clear(run, reason, stopSeconds(wanted.unit)))),
      ...before.map((run): Step => ({kind: 'remove', run, reason})),
      ...(newest === undefined ? [] : [{kind: 'set-aside', run: newest, reason} as const]),
      {kind: 'start', unit: wanted.unit, identity: wanted.identity, file: wanted.file, reason},
    ],
  }
}

function freshReason(wanted: Wanted, current: Run | undefined, memory: Memory | undefined, stale: readonly Run[]): string {
  const old = stale[0]
  if (old !== undefined) {
    return old.identity.runHash === wanted.identity.runHash ? 'a fresh start is wanted' : 'its unit file was replaced'
  }
  if (current !== undefined) return 'it was made and never started'
  if (memory !== undefined && memory.starts.length > 0) return 'its run is gone'
  return `assigned here: ${wanted.reason}`
}

const newerStands = 'a newer run stands in its place'

/** Where the new run could not be made the old one is left to run, but no more than one. */
function thin(stale: readonly Run[], wanted: Wanted): readonly Step[] {
  return stale
    .filter(isRunning)
    .slice(1)
    .flatMap(run => clear(run, 'another older run is left to run', stopSeconds(wanted.unit)))
}

function isFinishedOneshot(wanted: Wanted, run: Run | undefined): boolean {
  return wanted.unit.service.type === 'oneshot' && isSuccess(wanted.unit.service, run?.exitCode ?? 255)
}

function runsByUnit(runs: readonly Run[]): ReadonlyMap<string, readonly Run[]> {
  const byUnit = new Map<string, Run[]>()
  for (const run of runs) {
    const list = byUnit.get(run.unit)
    if (list === undefined) byUnit.set(run.unit, [run])
    else list.push(run)
  }
  return byUnit
}
