import type {Unit} from '../unit/unit.ts'
import {objectionToPlace} from './filters.ts'
import type {Way} from './make-way.ts'
import type {Objection} from './objection.ts'
import type {Room} from './room.ts'

/** For whom room is being made in a pass: they come as soon as those have stopped who were there. */
export class Awaiting {
  private readonly ways = new Map<string, Way>()

  get isEmpty(): boolean {
    return this.ways.size === 0
  }

  has(unit: string): boolean {
    return this.ways.has(unit)
  }

  /** On which machine room is made for the unit. */
  machineOf(unit: string): string | undefined {
    return this.ways.get(unit)?.room.machine.id
  }

  /** The place is kept for the unit. */
  expect(unit: Unit, way: Way): void {
    this.ways.set(unit.name, way)
    way.room.expect(unit)
  }

  /** Keeps the room for the unit if it fits there once those have stopped who are about to: then nobody else need go. */
  expectOnceStopped(unit: Unit, room: Room): boolean {
    if (room.stopping.size === 0) return false
    const leaving = room.pretendStopped()
    const fits = objectionToPlace(unit, room) === undefined
    leaving.undo()
    if (fits) this.expect(unit, {room, victims: leaving.units})
    return fits
  }

  /** What every room has to say against the unit now; undefined where no room is made for it. */
  objectionsTo(unit: Unit, rooms: Iterable<Room>): readonly Objection[] | undefined {
    const way = this.ways.get(unit.name)
    if (way === undefined) return undefined
    return [...rooms].flatMap(room => {
      const objection = objectionToPlace(unit, room)
      if (room !== way.room || objection?.kind === 'stopping') return objection ?? []
      return {kind: 'awaited', others: way.victims.map(({name}) => name)}
    })
  }
}
