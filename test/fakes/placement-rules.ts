import {holdReason} from '../../src/lib/scheduler/hold.ts'
import type {Snapshot, SnapshotMachine} from '../../src/lib/scheduler/snapshot.ts'
import {matchesGlob} from '../../src/lib/unit/glob.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'

/**
 * The rules of placement said once more, plainly and slowly, without the scheduler's filters: what must hold of a cluster
 * at rest, and of every placement made.
 */
export class PlacementRules {
  private readonly snapshot: Snapshot
  private readonly units: ReadonlyMap<string, Unit>
  private readonly finished: ReadonlySet<string>

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
    const judged = snapshot.units.filter(({unit}) => !snapshot.frozen.has(unit.name))
    this.units = new Map(judged.map(({unit}) => [unit.name, unit]))
    this.finished = new Set(judged.filter(({finished}) => finished).map(({unit}) => unit.name))
  }

  /** What keeps this cluster from being at rest, in words. */
  unrest(): readonly string[] {
    const faults = this.snapshot.placements.flatMap(({unit, machine}) => this.faultOf(unit, machine) ?? [])
    for (const unit of this.units.values()) {
      if (this.finished.has(unit.name)) continue
      const seats = this.seats(unit.name)
      if (!unit.placement.global && seats.length > 1) faults.push(`${unit.name} stands on ${seats}`)
      if (!unit.placement.global && seats.length > 0) continue
      for (const machine of this.snapshot.machines)
        if (!seats.includes(machine.id) && this.hasRoom(unit, machine)) faults.push(`${unit.name} could be on ${machine.id}`)
    }
    return faults
  }

  /** Whether two may be on one machine, by the word of either; who is not known has no word. */
  apart(a: string, b: string): boolean {
    const says = (one: string, other: string) =>
      (this.units.get(one)?.placement.conflicts ?? []).some(glob => matchesGlob(glob, other))
    return a !== b && (says(a, b) || says(b, a))
  }

  /** What a machine must have and be for a unit, whoever else is there. */
  suits({placement, driver}: Unit, machine: SnapshotMachine): boolean {
    if (machine.unreadable || machine.leaving || machine.cordoned || !machine.drivers.includes(driver)) return false
    return this.keeps(placement, machine)
  }

  /** Whether the second makes way for the first: it says so, and neither's place depends on the other's in a ring. */
  replaces(a: string, b: string): boolean {
    return this.saysReplaces(a, b) && !this.dependsOn(a, b, new Set())
  }

  on(machine: string): readonly string[] {
    return this.snapshot.placements.filter(placement => placement.machine === machine).map(({unit}) => unit)
  }

  private faultOf(name: string, id: string): string | undefined {
    if (this.snapshot.frozen.has(name)) return undefined
    const unit = this.units.get(name)
    if (unit === undefined) return `${name} is not wanted`
    const machine = this.snapshot.machines.find(each => each.id === id)
    if (machine === undefined) {
      if (this.finished.has(name) && !this.snapshot.gone.has(id)) return undefined
      const held = holdReason(this.snapshot) !== undefined && !this.snapshot.gone.has(id)
      return held ? undefined : `${name} is on lost ${id}`
    }
    if (machine.unreadable || this.finished.has(name)) return undefined
    if (machine.leaving || !this.keeps(unit.placement, machine)) return `${name} does not suit ${id}`
    const others = this.on(id).filter(other => other !== name)
    const missing = unit.placement.machineOf.filter(peer => peer !== name && !others.includes(peer))
    if (missing.length > 0) return `${name} is on ${id} without ${missing}`
    const against = others.find(other => this.judged(other) && this.apart(name, other))
    if (against !== undefined) return `${name} is on ${id} with ${against}`
    const by = others.find(other => this.replaces(other, name))
    return by === undefined ? undefined : `${name} is on ${id} with ${by}, which replaces it`
  }

  /** Whether the unit, together with those that are placed only with it, could stand there. */
  private hasRoom(unit: Unit, machine: SnapshotMachine): boolean {
    const ring = [...this.units.values()].filter(
      other => other === unit || (this.besides(unit.name, other.name) && this.besides(other.name, unit.name)),
    )
    const comers = ring.filter(({name}) => !this.finished.has(name) && this.seats(name).length === 0)
    if (!comers.includes(unit)) comers.push(unit)
    const all = new Set([...this.on(machine.id), ...comers.map(({name}) => name)])
    return comers.every(
      comer =>
        this.suits(comer, machine) &&
        comer.placement.machineOf.every(peer => all.has(peer)) &&
        ![...all].some(other => this.apart(comer.name, other) || this.replaces(other, comer.name)),
    )
  }

  private keeps({machineId, metadata}: Unit['placement'], machine: SnapshotMachine): boolean {
    if (machineId !== undefined && machineId !== machine.id) return false
    return Object.entries(metadata).every(([key, values]) => values.includes(machine.metadata[key] ?? ''))
  }

  private judged(name: string): boolean {
    return this.units.has(name) && !this.finished.has(name)
  }

  private seats(name: string): readonly string[] {
    return this.snapshot.placements.filter(placement => placement.unit === name).map(({machine}) => machine)
  }

  private saysReplaces(a: string, b: string): boolean {
    return a !== b && (this.units.get(a)?.placement.replaces ?? []).some(glob => matchesGlob(glob, b))
  }

  /** Whether `name` must stand beside `other`, or beside one that must. */
  private besides(name: string, other: string, seen = new Set<string>()): boolean {
    if (seen.has(name)) return false
    seen.add(name)
    const peers = this.peersOf(name)
    return peers.includes(other) || peers.some(peer => this.besides(peer, other, seen))
  }

  /** What has come to its end stands beside nobody. */
  private peersOf(name: string): readonly string[] {
    return this.judged(name) ? (this.units.get(name)?.placement.machineOf ?? []) : []
  }

  /** Whether the place of `name` depends on that of `other`, however far around. */
  private dependsOn(name: string, other: string, seen: Set<string>): boolean {
    if (name === other) return true
    if (seen.has(name)) return false
    seen.add(name)
    const peers = this.peersOf(name)
    const replacers = this.units.has(name) ? [...this.units.keys()].filter(each => this.saysReplaces(each, name)) : []
    return [...peers, ...replacers].some(each => this.dependsOn(each, other, seen))
  }
}
