import {planAgent} from '../../src/lib/agent/plan.ts'
import type {Memory, Situation, Wanted} from '../../src/lib/agent/situation.ts'
import {describeStep} from '../../src/lib/agent/step.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {fileHash, runHash} from '../../src/lib/unit/hash.ts'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {host} from '../unit/host.ts'

/** The machine of the tests was booted a day before their `now`; milliseconds since the epoch. */
export const bootedAt = Date.UTC(2026, 0, 1)
export const now = bootedAt + 86_400_000

/** The text of a unit of one container, with these lines in [Service] and these sections after it. */
export function unitText(service = '', {image = 'app:1', container = '', more = ''} = {}): string {
  return `[Container]\nImage=${image}\n${container}\n[Service]\n${service}\n${more}\n`
}

/** A unit file understood; throws its problems. */
export function unitOf(name: string, text: string): Unit {
  const {unit, problems} = parseUnit(name, text, host)
  if (unit === undefined) throw new Error(problems.map(({message}) => message).join('; '))
  return unit
}

/** A unit as an agent is told to run it: `web.service`, launched, of generation 1. */
export function wantedOf(
  text: string = unitText(),
  {name = 'web.service', generation = 1, desiredState = 'launched' as Wanted['desiredState']} = {},
): Wanted {
  const identity = {runHash: runHash(name, parseUnitFile(text).file), generation}
  return {unit: unitOf(name, text), file: fileHash(text), identity, desiredState, reason: 'least loaded'}
}

let runs = 0

/** A run of what is wanted, running for a minute unless said otherwise. */
export function runOf(wanted: Wanted, parts: Partial<Run> = {}): Run {
  runs += 1
  return {
    id: `run-${runs}`,
    unit: wanted.unit.name,
    driver: wanted.unit.driver,
    identity: wanted.identity,
    phase: 'running',
    startedAt: now - 60_000,
    ...parts,
  }
}

/** A run that has ended, so long ago. */
export function endedRun(wanted: Wanted, exitCode: number, millisecondsAgo = 30_000, parts: Partial<Run> = {}): Run {
  return runOf(wanted, {phase: 'exited', exitCode, finishedAt: now - millisecondsAgo, ...parts})
}

/** What an agent remembers of a unit that it started once, a minute ago. */
export function memoryFor(wanted: Wanted, parts: Partial<Memory> = {}): Memory {
  return {identity: wanted.identity, starts: [now - 60_000], restarts: 0, done: false, ...parts}
}

/** The last lines of this run are kept already. */
export function logOf(run: Run): Pick<Memory, 'log'> {
  return {log: {run: run.id, lines: ['the last line']}}
}

export interface SituationParts extends Partial<Omit<Situation, 'wanted' | 'memories' | 'frozen'>> {
  readonly wanted?: readonly Wanted[]
  readonly memories?: Readonly<Record<string, Memory>>
  readonly frozen?: readonly string[]
}

/** A situation of these parts: connected, and otherwise empty. */
export function situationOf({wanted = [], memories = {}, frozen = [], ...parts}: SituationParts = {}): Situation {
  return {
    runs: [],
    aside: [],
    now,
    bootedAt,
    disconnected: false,
    graceLeft: 3,
    ...parts,
    wanted: new Map(wanted.map(each => [each.unit.name, each])),
    memories: new Map(Object.entries(memories)),
    frozen: new Set(frozen),
  }
}

/** The plan for a situation as it reads in the log, with the waits. */
export function readPlan(parts: SituationParts): readonly string[] {
  const situation = situationOf(parts)
  return [...planAgent(situation)].flatMap(([unit, {steps, wakeAt}]) => [
    ...steps.map(describeStep),
    ...(wakeAt === undefined ? [] : [`look at ${unit} again in ${wakeAt - situation.now} ms`]),
  ])
}

/** A situation and the plan for it. */
export type PlanCase = readonly [name: string, parts: SituationParts, plan: readonly string[]]
