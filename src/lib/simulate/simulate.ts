import {describeDecision} from '../engine/plan.ts'
import type {Write} from '../store/store.ts'
import {PretendedAgents} from './agents.ts'
import {writesFor} from './happen.ts'
import {type Picture, pictureOf} from './picture.ts'
import {machineWrites, unitWrites} from './populate.ts'
import {describeHappening, type Scenario} from './scenario.ts'
import {World} from './world.ts'

/** What became of a cluster. */
export interface Simulation {
  readonly phases: readonly Phase[]
  readonly end: Picture
  /** Why the engine moves nothing away from lost machines, where that is so in the end. */
  readonly hold: string | undefined
}

/** What followed from one event, until the next. */
export interface Phase {
  readonly event: string
  readonly atSeconds: number
  /** Units that have a place and had none. */
  readonly placed: number
  /** Units that have another place than before. */
  readonly moved: number
  /** Units that have no place any more, wanted or not. */
  readonly removed: number
  /** Units without a place that want one, in the end. */
  readonly missing: number
  /** Seconds from the event until all ran and stood still; undefined when the next event came before that. */
  readonly restedAfterSeconds: number | undefined
  readonly looks: readonly PhaseLook[]
}

/** One look of the engine, over everything. */
export interface PhaseLook {
  readonly atSeconds: number
  /** How long it took to decide and write down, on this machine. */
  readonly milliseconds: number
  readonly decisions: number
  /** The first of them, in words. */
  readonly told: readonly string[]
}

/**
 * Plays a scenario through by a clock of its own: the very engine looks at a cluster that is stored nowhere, and agents are
 * pretended. `monotonic`: milliseconds of a clock that tells how long looks take. Throws UsageError and NotFoundError for events
 * that cannot be.
 */
export function simulate(scenario: Scenario, monotonic: () => number): Simulation {
  const play = new Play(scenario, monotonic)
  const events = scenario.events.toSorted((a, b) => a.atSeconds - b.atSeconds)
  const first = events[0]?.atSeconds
  const phases = [
    play.phase({event: scenario.entries.length === 0 ? 'begin' : 'snapshot', atSeconds: 0, untilSeconds: first}, () => [
      ...scenario.machines.flatMap(machineWrites),
      ...scenario.units.flatMap(unitWrites),
    ]),
  ]
  for (const [index, {atSeconds, ...happening}] of events.entries()) {
    const untilSeconds = events[index + 1]?.atSeconds
    phases.push(
      play.phase({event: describeHappening(happening), atSeconds, untilSeconds}, () => writesFor(happening, play.world.view)),
    )
  }
  return {phases, end: play.picture(), hold: play.world.view.hold}
}

interface PhasePlan {
  readonly event: string
  readonly atSeconds: number
  readonly untilSeconds: number | undefined
}

class Play {
  readonly world: World
  private readonly agents: PretendedAgents
  private readonly monotonic: () => number
  /** Milliseconds. */
  private now = 0

  constructor({entries, startSeconds, stopSeconds}: Scenario, monotonic: () => number) {
    this.world = new World(entries)
    this.agents = new PretendedAgents(this.world.view, {start: startSeconds * 1000, stop: stopSeconds * 1000})
    this.monotonic = monotonic
    this.report(this.agents.begin(0))
  }

  picture(): Picture {
    return pictureOf(this.world.view, this.world.shelf)
  }

  /** Has something happen, and goes on until all stands still or the next thing is to happen. */
  phase({event, atSeconds, untilSeconds}: PhasePlan, happen: () => readonly Write[]): Phase {
    const before = this.placesByUnit()
    this.now = Math.max(this.now, atSeconds * 1000)
    this.report(happen())
    const looks: PhaseLook[] = []
    let rested = false
    while (!rested) {
      looks.push(this.look())
      if ((looks.at(-1)?.decisions ?? 0) > 0) {
        if (looks.length >= mostLooks) break
        continue
      }
      const {next} = this.agents
      rested = next === undefined
      if (next === undefined || (untilSeconds !== undefined && next > untilSeconds * 1000)) break
      this.now = next
      this.report(this.agents.take(next))
    }
    return {
      ...{event, atSeconds, looks},
      ...this.changesSince(before),
      restedAfterSeconds: rested ? this.now / 1000 - atSeconds : undefined,
    }
  }

  private look(): PhaseLook {
    const begun = this.monotonic()
    const {decisions, writes} = this.world.look(this.now)
    const milliseconds = this.monotonic() - begun
    this.report(this.agents.hear(writes, this.now))
    return {
      ...{atSeconds: this.now / 1000, milliseconds, decisions: decisions.length},
      told: decisions.slice(0, mostTold).map(describeDecision),
    }
  }

  private report(writes: readonly Write[]): void {
    if (writes.length > 0) this.world.write(writes)
  }

  /** Where each unit stands, of the machines that are there; in one text, since most stand on one machine. */
  private placesByUnit(): ReadonlyMap<string, string> {
    const places = new Map<string, string>()
    for (const {unit, machine} of this.world.view.allAssignments()) {
      const known = places.get(unit)
      places.set(unit, known === undefined ? machine : [...known.split(' '), machine].sort().join(' '))
    }
    return places
  }

  private changesSince(before: ReadonlyMap<string, string>): Pick<Phase, 'placed' | 'moved' | 'removed' | 'missing'> {
    const after = this.placesByUnit()
    const counts = {placed: 0, moved: 0, removed: 0}
    for (const [unit, place] of after) {
      const was = before.get(unit)
      if (was === undefined) counts.placed += 1
      else if (was !== place) counts.moved += 1
    }
    for (const unit of before.keys()) if (!after.has(unit)) counts.removed += 1
    const {wanted, placed} = this.picture()
    return {...counts, missing: wanted - placed}
  }
}

/** A cluster that has not come to rest by then does not come to rest. */
const mostLooks = 1000
const mostTold = 20
