import type {Ground} from './ground.ts'
import type {Room} from './room.ts'
import type {Snapshot, SnapshotMove, SnapshotPlacement} from './snapshot.ts'

/** A unit that stands on two machines: on the second until it runs there, and then only there. */
export interface MoveUnderWay {
  readonly source: SnapshotPlacement
  readonly target: SnapshotPlacement
}

/** How a move ends: one of its two places is given up. */
export interface Settlement {
  readonly leaves: SnapshotPlacement
  readonly reason: string
}

/** The moves of a pass: those that are under way, and what is wished. */
export class Moves {
  readonly underWay = new Map<string, MoveUnderWay>()
  private readonly snapshot: Snapshot
  private readonly ground: Ground
  private readonly wishes: ReadonlyMap<string, SnapshotMove>

  constructor(snapshot: Snapshot, ground: Ground) {
    this.snapshot = snapshot
    this.ground = ground
    this.wishes = new Map(snapshot.moves?.map(each => [each.unit, each]))
  }

  /** Whether anybody is to stand elsewhere. */
  get areWanted(): boolean {
    return this.wishes.size > 0 || this.snapshot.machines.some(({drain}) => drain !== undefined)
  }

  /** Whether a unit that stands on `seat` may stand here too, on its way: what has come to its end has nowhere to go. */
  isTarget({unit, machine, from, pending}: SnapshotPlacement, seat: string): boolean {
    if (from !== seat || !this.ground.rooms.has(machine)) return false
    return !this.ground.finished.has(unit) || pending === undefined
  }

  /** Notes a placement that is about to be seated, if the unit is on its way to it. */
  see(target: SnapshotPlacement): void {
    const {ground, snapshot} = this
    const [seat] = ground.seatsOf(target.unit)
    if (seat === undefined || seat !== target.from || snapshot.frozen.has(target.unit)) return
    if (ground.wanted.get(target.unit)?.placement.global) return
    const source = snapshot.placements.find(({unit, machine}) => unit === target.unit && machine === seat)
    if (source !== undefined) this.underWay.set(target.unit, {source, target})
  }

  /** The rooms where an operator wishes the unit to be. */
  wishedFor(unit: string): readonly Room[] {
    const to = this.wishes.get(unit)?.to
    const room = to === undefined ? undefined : this.ground.rooms.get(to)
    return room === undefined ? [] : [room]
  }

  /** Ends those that are to end; the others are under way. */
  settle(): readonly Settlement[] {
    return [...this.underWay].flatMap(([unit, move]) => {
      const settled = settlementOf(move, this.ground, this.wishes.get(unit))
      if (settled === undefined) return []
      this.underWay.delete(unit)
      return settled
    })
  }
}

/**
 * How a move under way ends now, or undefined while it goes on. The source is given up once the unit runs at the target; the
 * target, when nobody wants the move any more. What fails at the target stays there and goes on at the source, unless it did
 * not run there either.
 */
function settlementOf({source, target}: MoveUnderWay, {rooms}: Ground, wish: SnapshotMove | undefined): Settlement | undefined {
  const [from, to] = [rooms.get(source.machine), rooms.get(target.machine)]
  const isWished = wish?.from === source.machine && wish.to === target.machine
  const reason = isWished ? wish.reason : drainReason(from?.machine.drain?.reason)
  if (target.pending === undefined || (target.pending === 'failed' && source.pending !== undefined))
    return {leaves: source, reason: `moved to ${to?.machine.label ?? target.machine}: ${reason}`}
  // Of a machine that is lost, or of which nothing is known, nobody can tell what is wanted.
  if (from === undefined || from.machine.unreadable || to?.machine.unreadable) return undefined
  if (to?.machine.drain !== undefined) return {leaves: target, reason: `machine ${to.machine.label} is drained as well`}
  if (isWished || from.machine.drain !== undefined) return undefined
  return {leaves: target, reason: 'the move was taken back'}
}

/** Why a unit leaves a machine that is drained. */
export function drainReason(said: string | undefined): string {
  return said === undefined ? 'the machine is drained' : `the machine is drained: ${said}`
}
