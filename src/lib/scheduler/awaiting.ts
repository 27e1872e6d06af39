import type {Unit} from '../unit/unit.ts'
import type {Objection} from './objection.ts'
import type {Way} from './ways.ts'

/** For whom room is being made in a pass: they come as soon as those have stopped who were there. */
export class Awaiting {
  private readonly ways = new Map<string, Omit<Way, 'leave'>>()

  has(unit: string): boolean {
    return this.ways.has(unit)
  }

  /** On which machine room is made for the unit. */
  machineOf(unit: string): string | undefined {
    return this.ways.get(unit)?.room.machine.id
  }

  /** The place is kept for the unit. */
  expect(unit: Unit, way: Omit<Way, 'leave'>): void {
    this.ways.set(unit.name, way)
    way.room.expect(unit)
  }

  /** All that is in its way; undefined where no room is made for it. */
  objectionsTo(unit: string): readonly Objection[] | undefined {
    const way = this.ways.get(unit)
    return way && [{kind: 'awaited', others: way.awaited}]
  }
}
