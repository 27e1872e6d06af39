import type {Run} from '../drivers/driver.ts'
import {isDone, isRunning, memoryOf, type Situation, sameIdentity, type Wanted} from './situation.ts'

/*
 * Bonds between units of one machine, whichever engine runs each of them. Where systemd runs both it keeps them itself;
 * what is done here then comes to the same.
 */

/** Why a unit that runs must not run on: one that it is bound to does not run (systemd.unit(5), BindsTo=). */
export function brokenBond(situation: Situation, wanted: Wanted): string | undefined {
  const down = partners(situation, wanted, wanted.unit.dependencies.bindsTo).find(partner => !runs(situation, partner))
  return down && `${down.unit.name}, which it is bound to, does not run`
}

/** Why a unit that does not run must not be started yet: one that it needs is not up. */
export function missingPartner(situation: Situation, wanted: Wanted): string | undefined {
  const {bindsTo, requires} = wanted.unit.dependencies
  const missing = partners(situation, wanted, [...bindsTo, ...requires]).find(partner => !isUp(situation, partner))
  return missing && `waits for ${missing.unit.name}`
}

/** Why a unit that has ended is to be started again, whatever its own policy: it follows one that was started since. */
export function renewedBond(situation: Situation, wanted: Wanted, run: Run): string | undefined {
  const {finishedAt} = run
  if (finishedAt === undefined) return undefined
  const renewed = partners(situation, wanted, wanted.unit.dependencies.bindsTo).find(partner =>
    runsOf(situation, partner).some(other => isRunning(other) && (other.startedAt ?? 0) > finishedAt),
  )
  return renewed && `${renewed.unit.name}, which it is bound to, was started anew`
}

/** The units that systemd is not to look for, since another engine runs them here. */
export function attendedHere(situation: Situation, {unit}: Wanted): readonly string[] {
  const {bindsTo, requires} = unit.dependencies
  return [...bindsTo, ...requires].filter(name => situation.wanted.get(name)?.unit.driver === 'docker')
}

/** Those of the names that are assigned here. Two that are bound to each other wait for nobody. */
function partners(situation: Situation, {unit}: Wanted, names: readonly string[]): readonly Wanted[] {
  return names.flatMap(name => {
    const partner = name === unit.name || situation.frozen.has(name) ? undefined : situation.wanted.get(name)
    return partner === undefined || partner.unit.dependencies.bindsTo.includes(unit.name) ? [] : [partner]
  })
}

/** Also as it was before: while its successor is being fetched it runs on. */
function runs(situation: Situation, partner: Wanted): boolean {
  const any = situation.runs.some(run => run.unit === partner.unit.name && isRunning(run))
  return any || isDone(partner, memoryOf(situation, partner))
}

function isUp(situation: Situation, partner: Wanted): boolean {
  const up = (run: Run) =>
    isRunning(run) && (run.supervised === undefined || ['active', 'reloading'].includes(run.supervised.active))
  return isDone(partner, memoryOf(situation, partner)) || runsOf(situation, partner).some(up)
}

function runsOf(situation: Situation, {unit, identity}: Wanted): readonly Run[] {
  return situation.runs.filter(run => run.unit === unit.name && sameIdentity(run.identity, identity))
}
