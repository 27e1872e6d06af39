import type {MachineGroup, Scenario, UnitGroup} from '../../src/lib/simulate/scenario.ts'
import {type Phase, type Simulation, simulate} from '../../src/lib/simulate/simulate.ts'

/** Machines of 4 CPUs and 8 GiB, in zones 1, 2 and 3 by turns. */
export function machines(count: number, parts: Partial<MachineGroup> = {}): MachineGroup {
  const capacity = {cpus: 4, memoryBytes: 8 * 1024 ** 3, diskBytes: 0, devices: {}}
  return {name: 'm', count, capacity, metadata: {zone: ['1', '2', '3']}, drivers: ['docker'], ...parts}
}

/** Units with these lines of [X-Fleet]. */
export function units(name: string, count: number | undefined, ...lines: readonly string[]): UnitGroup {
  return {name, count, text: `[Container]\nImage=x\n\n[X-Fleet]\n${lines.join('\n')}\n`}
}

/** A scenario in which units take 5 s to start and 2 s to stop. */
function scenario(parts: Partial<Scenario>): Scenario {
  return {entries: [], machines: [], units: [], events: [], startSeconds: 5, stopSeconds: 2, ...parts}
}

/** Plays it by a clock that stands still. */
export function play(parts: Partial<Scenario>): Simulation {
  return simulate(scenario(parts), () => 0)
}

/** `begin: 6 placed, 2 moved, 1 off, 3 missing, rests in 5 s`, of what is not nothing. */
export function told({event, placed, moved, removed, missing, restedAfterSeconds}: Phase): string {
  const counts = [
    [placed, 'placed'],
    [moved, 'moved'],
    [removed, 'off'],
    [missing, 'missing'],
  ] as const
  const words = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return `${event}: ${[...words, restedAfterSeconds === undefined ? 'no rest' : `rests in ${restedAfterSeconds} s`].join(', ')}`
}
