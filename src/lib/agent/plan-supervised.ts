import type {Run} from '../drivers/driver.ts'
import {stopSeconds} from '../unit/service/stop-seconds.ts'
import {attendedHere, brokenBond, missingPartner, renewedBond} from './bonds.ts'
import {clear} from './clear.ts'
import {isDone, isRunning, type Memory, memoryOf, type Situation, sameIdentity, type Wanted} from './situation.ts'
import type {Step, UnitPlan} from './step.ts'

/**
 * What to do for a unit that the host's systemd is to run. It is written, started and stopped once; whether it runs on,
 * ends or starts anew in between is systemd's to decide, by the unit file. The rules, first match wins.
 */
export function planSupervised(situation: Situation, wanted: Wanted, runs: readonly Run[]): UnitPlan {
  const {unit, desiredState} = wanted
  const current = runs.find(run => run.supervised !== undefined && sameIdentity(run.identity, wanted.identity))
  const stale = runs.filter(run => run !== current)
  const memory = memoryOf(situation, wanted)

  // A singleton must not run where the cluster may believe that it does not.
  if (situation.disconnected && unit.placement.onDisconnect === 'stop') {
    const grace = Math.min(unit.service.timeoutStopSeconds ?? Number.POSITIVE_INFINITY, situation.graceLeft)
    return {steps: runs.filter(isRunning).flatMap(run => clear(run, 'the cluster is out of reach, OnDisconnect=stop', grace))}
  }
  if (memory?.ending !== undefined && situation.now < retryAt(memory)) return {steps: [], wakeAt: retryAt(memory)}
  const launches = desiredState === 'launched' && !isDone(wanted, memory)
  if (current?.supervised === undefined) return beginSupervised(situation, wanted, stale, launches)
  const {launched, file, refused} = current.supervised
  const steps: Step[] = stale.flatMap(run => clear(run, 'a newer run stands in its place', graceOf(wanted, run)))
  if (isFailed(current) && memory?.log?.run !== current.id)
    steps.push({kind: 'collect', run: current, reason: refused?.reason ?? current.supervised.reason ?? 'it failed'})
  const broken = launches && isRunning(current) ? brokenBond(situation, wanted) : undefined
  const renewed = launches && launched && !isRunning(current) ? renewedBond(situation, wanted, current) : undefined
  if (broken !== undefined) steps.push({kind: 'stop', run: current, reason: broken})
  else if (launches && (!launched || renewed !== undefined)) {
    const again = refused === undefined ? 0 : refused.at + refusedMilliseconds
    if (situation.now < again) return {steps, wakeAt: again}
    if (missingPartner(situation, wanted) === undefined)
      steps.push(startOf(situation, wanted, renewed ?? freshReason(wanted, memory)))
  } else if (desiredState === 'loaded' && launched)
    steps.push({kind: 'stop', run: current, reason: 'stopped by the operator: loaded is wanted'})
  if (file !== wanted.file)
    steps.unshift(loadOf(situation, wanted, 'its unit file was replaced by one that leaves its run as it is'))
  return {steps}
}

/** Whether it ended badly, be it that systemd starts it anew, or its start came to nothing. */
export function isFailed({supervised}: Run): boolean {
  return supervised?.active === 'failed' || supervised?.sub === 'auto-restart' || supervised?.refused !== undefined
}

/** Nothing of the unit as it is wanted is there. A name is systemd's only once: what has it goes first. */
function beginSupervised(situation: Situation, wanted: Wanted, stale: readonly Run[], launches: boolean): UnitPlan {
  const memory = memoryOf(situation, wanted)
  const [old] = stale
  const reason =
    old === undefined
      ? freshReason(wanted, memory)
      : old.identity.runHash === wanted.identity.runHash
        ? 'a fresh start is wanted'
        : 'its unit file was replaced'
  const cleared = stale.flatMap(run => clear(run, reason, graceOf(wanted, run)))
  if (isDone(wanted, memory)) return {steps: cleared}
  const starts = launches && missingPartner(situation, wanted) === undefined
  // Units that come together are known to systemd before the first of them starts, for the order between them.
  const start = starts ? [startOf(situation, wanted, reason)] : []
  return {steps: [...cleared, loadOf(situation, wanted, reason), ...start]}
}

function freshReason(wanted: Wanted, memory: Memory | undefined): string {
  if (memory?.ending !== undefined) return 'tried again'
  return memory !== undefined && memory.starts.length > 0 ? 'its run is gone' : `assigned here: ${wanted.reason}`
}

/** systemd knows how each of its units is to be stopped; a container of an earlier file stops as the new one says. */
function graceOf({unit}: Wanted, run: Run): number | undefined {
  return run.supervised === undefined ? stopSeconds(unit) : undefined
}

function startOf(situation: Situation, wanted: Wanted, reason: string): Step {
  const {unit, identity, file} = wanted
  return {kind: 'start', unit, identity, file, attended: attendedHere(situation, wanted), reason}
}

function loadOf(situation: Situation, wanted: Wanted, reason: string): Step {
  const {unit, identity, file} = wanted
  return {kind: 'load', unit, identity, file, attended: attendedHere(situation, wanted), reason}
}

/** After a start that came to nothing: what was missing may be there by now. */
const refusedMilliseconds = 8000

/** What systemd refuses for want of another unit may be there soon: tried again at once, and then less and less often, up to every 8 s. */
function retryAt({ending, refusals = 0}: Memory): number {
  return (ending?.at ?? 0) + 125 * 2 ** Math.min(refusals, 6)
}
