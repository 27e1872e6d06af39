import type {Unit} from '../unit/unit.ts'
import type {GlobIndex} from './glob-index.ts'
import {type Standing, standings} from './rings.ts'

/**
 * What units have with each other, beyond conflicts: who makes way for whom (Replaces), who stands only beside whom
 * (MachineOf), and the order in which they are therefore decided.
 *
 * Every schedule must come to rest, so nobody may chase another round and round: where a Replaces closes a ring (A
 * replaces B, B replaces C and C replaces A; or C stands only beside a unit that A replaces) it counts for nothing.
 * fleet has this rule for two that replace each other; here it holds for a ring of any length, MachineOf included.
 * What is left has an order, and each unit's place depends only on those before it: so each moves a bounded number of times.
 * Units that name each other by MachineOf, in a ring of any length, are placed together or not at all.
 */
export class Bonds {
  private readonly replacedBy = new Map<string, ReadonlySet<string>>()
  private readonly standing: ReadonlyMap<string, Standing>
  private readonly rings = new Map<string, readonly string[]>()

  constructor(units: Iterable<Unit>, globs: GlobIndex) {
    const all = new Map([...units].map(unit => [unit.name, unit]))
    const replacers = replacersOf(all.values(), globs)
    const dependsOn = new Map<string, readonly string[]>()
    const machineOf = new Map<string, readonly string[]>()
    for (const {name, placement} of all.values()) {
      const beside = placement.machineOf.filter(peer => peer !== name)
      const all = [...beside, ...(replacers.get(name) ?? [])]
      if (all.length > 0) dependsOn.set(name, all)
      if (beside.length > 0) machineOf.set(name, beside)
    }
    this.standing = standings(dependsOn)
    for (const [name, others] of replacers) {
      const ring = this.standing.get(name)?.ring
      const outside = others.filter(other => this.standing.get(other)?.ring !== ring)
      if (outside.length > 0) this.replacedBy.set(name, new Set(outside))
    }
    for (const ring of ringsOf(standings(machineOf))) for (const name of ring) this.rings.set(name, ring)
  }

  /** Whether the second makes way for the first. */
  replaces(unit: string, other: string): boolean {
    return this.replacedBy.get(other)?.has(unit) === true
  }

  /** The units that are placed together with this one, itself among them, by name. */
  together(unit: string): readonly string[] {
    return this.rings.get(unit) ?? [unit]
  }

  /** 0 for a unit whose place depends on no other; whatever a unit depends on has a smaller number, or is placed with it. */
  depth(unit: string): number {
    return this.standing.get(unit)?.depth ?? 0
  }
}

/** By unit, those that say they replace it. */
function replacersOf(units: Iterable<Unit>, globs: GlobIndex): ReadonlyMap<string, readonly string[]> {
  const replacers = new Map<string, string[]>()
  for (const {name, placement} of units) {
    const replaced = new Set(placement.replaces.flatMap(glob => [...globs.namesOf(glob)]))
    replaced.delete(name)
    for (const other of replaced) {
      const known = replacers.get(other)
      if (known === undefined) replacers.set(other, [name])
      else known.push(name)
    }
  }
  return replacers
}

/** The rings of two and more. */
function ringsOf(standing: ReadonlyMap<string, Standing>): readonly (readonly string[])[] {
  const rings = Map.groupBy(standing.keys(), name => standing.get(name)?.ring)
  return [...rings.values()].filter(ring => ring.length > 1).map(ring => ring.sort())
}
