import {compareNatural} from '../base/natural-order.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import {objectionToPlace} from './filters.ts'
import type {Objection} from './objection.ts'
import {priorityOf} from './priority.ts'
import type {Room} from './room.ts'

/** A unit that stands in the way, and where it could go instead. */
export interface Mover {
  readonly unit: string
  readonly priority: number
  /** How reasons call a machine that takes it; null where none does: it would have to stop. */
  readonly to: string | null
}

/**
 * The fewest units that would have to leave the room so that the unit fits, whatever their priority; of as many, those that can go
 * elsewhere, then those of low priority. Nobody where others are not in the way, whatever else speaks against it; undefined where no
 * such set is found. The rooms are as before when it is done. The unit itself must not stand in any of them.
 */
export function wayInto(unit: Unit, room: Room, rooms: readonly Room[]): readonly Mover[] | undefined {
  const stopped = room.pretendStopped()
  const search = new Search(unit, room, rooms)
  try {
    const leaving = search.leaving()
    return leaving && search.destinations(leaving)
  } finally {
    search.undo()
    stopped.undo()
  }
}

/** Above this many candidates a pair is not looked for. */
const pairsAmong = 40
/** Of so many of them it is asked whether others would take them. */
const askedAmong = 40

class Search {
  private readonly unit: Unit
  private readonly asking: Unit
  private readonly room: Room
  private readonly others: readonly Room[]
  private readonly gone: Unit[] = []
  private readonly put: {readonly room: Room; readonly name: string}[] = []

  constructor(unit: Unit, room: Room, rooms: readonly Room[]) {
    this.unit = unit
    this.asking = withoutAsking(unit)
    this.room = room
    this.others = rooms.filter(other => other !== room)
  }

  /** Those who leave: whom the objections name, then whoever frees enough. */
  leaving(): readonly Unit[] | undefined {
    const named: Unit[] = []
    for (let objection = this.objection(); objection !== undefined; objection = this.objection()) {
      if (objection.kind === 'short') break
      const other =
        objection.kind === 'conflict'
          ? // Whichever of several is told, the lowest goes first.
            this.candidates().find(each => this.room.ties.conflicts.between(this.asking, each.name, each))
          : objection.kind === 'port'
            ? this.candidates().find(({name}) => name === objection.other)
            : objection.kind === 'max-per' && objection.where === undefined
              ? this.candidates().find(({name}) => familyOf(name) === objection.family)
              : undefined
      if (other === undefined) return undefined
      this.remove(other)
      named.push(other)
    }
    const more = this.fits() ? [] : this.enough()
    return more && [...named, ...more].sort(byPriority)
  }

  /** Where each of them could go, the unit being here, one after the other. */
  destinations(leaving: readonly Unit[]): readonly Mover[] {
    for (const each of leaving) if (!this.gone.includes(each)) this.remove(each)
    this.settle(this.unit, this.room)
    return leaving.map(each => {
      const room = this.others.find(other => objectionToPlace(each, other) === undefined)
      if (room !== undefined) this.settle(each, room)
      return {unit: each.name, priority: priorityOf(each), to: room?.machine.label ?? null}
    })
  }

  undo(): void {
    for (const {room, name} of this.put) room.remove(name)
    for (const each of this.gone) this.room.add(each.name, each)
  }

  private enough(): readonly Unit[] | undefined {
    const candidates = this.inOrder(this.candidates())
    for (const one of candidates) if (this.suffice([one])) return [one]
    if (candidates.length <= pairsAmong)
      for (const [at, one] of candidates.entries())
        for (const other of candidates.slice(at + 1)) if (this.suffice([one, other])) return [one, other]
    return this.greedily(candidates)
  }

  /** One after the other until it fits, then without those who need not go. */
  private greedily(candidates: readonly Unit[]): readonly Unit[] | undefined {
    let needed: readonly Unit[] = []
    for (const each of candidates) {
      needed = [...needed, each]
      if (this.suffice(needed)) break
    }
    if (!this.suffice(needed)) return undefined
    for (const each of needed.toReversed()) {
      const without = needed.filter(other => other !== each)
      if (this.suffice(without)) needed = without
    }
    return needed
  }

  private suffice(leaving: readonly Unit[]): boolean {
    for (const each of leaving) this.room.remove(each.name)
    const fits = this.fits()
    for (const each of leaving) this.room.add(each.name, each)
    return fits
  }

  /** Those who can go elsewhere first. */
  private inOrder(candidates: readonly Unit[]): readonly Unit[] {
    const asked = candidates.slice(0, askedAmong)
    const movable = new Set(asked.filter(each => this.others.some(other => objectionToPlace(each, other) === undefined)))
    return [...candidates.filter(each => movable.has(each)), ...candidates.filter(each => !movable.has(each))]
  }

  /** The lowest first: nobody beside whom another must stand, no global unit, nobody whose place is only kept. */
  private candidates(): readonly Unit[] {
    const here = [...this.room.units.values()].filter(other => other !== undefined)
    const leaned = new Set(here.flatMap(({placement}) => placement.machineOf))
    return here
      .filter(({name, placement}) => !placement.global && !leaned.has(name) && !this.room.expected.has(name))
      .sort(byPriority)
  }

  /** What leaving the room to it can change. */
  private objection(): Objection | undefined {
    const objection = objectionToPlace(this.asking, this.room)
    return objection?.kind === 'cordoned' || objection?.kind === 'leaving' ? undefined : objection
  }

  private fits(): boolean {
    return this.objection() === undefined
  }

  private remove(unit: Unit): void {
    this.room.remove(unit.name)
    this.gone.push(unit)
  }

  private settle(unit: Unit, room: Room): void {
    room.add(unit.name, unit)
    this.put.push({room, name: unit.name})
  }
}

function byPriority(a: Unit, b: Unit): number {
  return priorityOf(a) - priorityOf(b) || compareNatural(a.name, b.name)
}

/** The unit with what it takes and whom it keeps away, whatever else it asks of a machine. */
function withoutAsking(unit: Unit): Unit {
  const {machineId: _machineId, conditions: _conditions, ...placement} = unit.placement
  return {...unit, placement: {...placement, metadata: {}, machineOf: []}}
}
