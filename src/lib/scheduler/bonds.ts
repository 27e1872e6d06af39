import {matchesGlob} from '../unit/glob.ts'
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
 * Units that name each other by MachineOf, in a ring of any length, are placed together or not at all. One that has come to its
 * end wants no place, and so stands beside nobody.
 */
export class Bonds {
  private readonly replacedBy = new Map<string, ReadonlySet<string>>()
  private readonly standing: ReadonlyMap<string, Standing>
  private readonly rings = new Map<string, readonly string[]>()
  private readonly leanedOn: ReadonlySet<string>
  private readonly replacing: readonly string[]

  constructor(units: Iterable<Unit>, finished: ReadonlySet<string>, globs: GlobIndex) {
    const all = [...units]
    this.replacing = [...new Set(all.flatMap(({placement}) => placement.replaces))]
    const leaning = all.filter(({name, placement}) => placement.machineOf.length > 0 && !finished.has(name))
    const beside = new Map(leaning.map(({name, placement}) => [name, placement.machineOf.filter(peer => peer !== name)]))
    this.leanedOn = new Set(leaning.flatMap(({placement}) => placement.machineOf))
    const replacers = replacersOf(all, globs)
    const said = standings(joined(beside, replacers))
    for (const [name, others] of replacers) {
      const outside = others.filter(other => said.get(other)?.ring !== said.get(name)?.ring)
      if (outside.length > 0) this.replacedBy.set(name, new Set(outside))
    }
    this.standing = standings(joined(beside, this.replacedBy))
    for (const ring of ringsIn(this.standing)) for (const name of ring) this.rings.set(name, ring)
  }

  /** Whether the second makes way for the first. */
  replaces(unit: string, other: string): boolean {
    return this.replacedBy.get(other)?.has(unit) === true
  }

  /** Whether the unit has one place, which has nothing to do with that of any other, conflicts apart; also of one that has just come. */
  isFree(unit: Unit): boolean {
    return !unit.placement.global && this.standsAlone(unit)
  }

  /** As `isFree`, also of a global unit. */
  standsAlone({name, placement}: Unit): boolean {
    if (placement.machineOf.length > 0 || placement.replaces.length > 0) return false
    return !this.leanedOn.has(name) && !this.replacing.some(glob => matchesGlob(glob, name))
  }

  /** Those for whom this one makes way. */
  replacersOf(unit: string): Iterable<string> {
    return this.replacedBy.get(unit) ?? []
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

/** On whom each unit's place depends; units that depend on nobody are left out. */
function joined(
  beside: ReadonlyMap<string, readonly string[]>,
  replacers: ReadonlyMap<string, Iterable<string>>,
): ReadonlyMap<string, readonly string[]> {
  const names = new Set([...beside.keys(), ...replacers.keys()])
  const all = [...names].map(name => [name, [...(beside.get(name) ?? []), ...(replacers.get(name) ?? [])]] as const)
  return new Map(all.filter(([, others]) => others.length > 0))
}

/** By unit, those that say they replace it. The place of a unit that is not among these depends on nobody: it is not decided here. */
function replacersOf(units: readonly Unit[], globs: GlobIndex): ReadonlyMap<string, readonly string[]> {
  const replacers = new Map<string, string[]>()
  const replacing = units.filter(({placement}) => placement.replaces.length > 0)
  if (replacing.length === 0) return replacers
  const decided = new Set(units.map(({name}) => name))
  for (const {name, placement} of replacing) {
    const replaced = new Set(placement.replaces.flatMap(glob => [...globs.namesOf(glob)].filter(other => decided.has(other))))
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
function ringsIn(standing: ReadonlyMap<string, Standing>): readonly (readonly string[])[] {
  const rings = Map.groupBy(standing.keys(), name => standing.get(name)?.ring)
  return [...rings.values()].filter(ring => ring.length > 1).map(ring => ring.sort())
}
