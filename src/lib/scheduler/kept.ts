import type {Unit} from '../unit/unit.ts'
import type {Decision} from './decision.ts'
import type {Ground} from './ground.ts'
import {asksTheSame} from './shapes.ts'

/** What has changed since a pass. */
export interface GroundChange {
  /** Machines that are not there any more. */
  readonly lost: readonly string[]
  /** Units that are wanted now, or whose file or wish is another; none that has come to its end. */
  readonly wanted: readonly Unit[]
  readonly unwanted: readonly string[]
  /** Nothing is left of the unit on a machine that it was taken from. */
  readonly stopped: readonly UnitOnMachine[]
  /** Units that have come to their end. */
  readonly finished: readonly string[]
  /** A machine still runs what is not placed there. */
  readonly stopping: readonly (UnitOnMachine & {readonly known?: Unit | undefined})[]
}

export interface UnitOnMachine {
  readonly unit: string
  readonly machine: string
}

/**
 * Goes on from the ground that a pass has left: decides about what has changed, and about nothing else, as a pass over
 * everything would. Undefined where only such a pass can tell; the ground is of no use then.
 */
export function follow(ground: Ground, change: GroundChange): readonly Decision[] | undefined {
  const decisions: Decision[] = []
  for (const {unit, machine, known} of change.stopping) {
    ground.hasStoppedOn(unit, machine)
    if (known !== undefined) ground.hear(known)
    ground.stopsOn(unit, machine, known)
  }
  for (const {unit, machine} of change.stopped) ground.hasStoppedOn(unit, machine)
  for (const name of change.finished) {
    // Who stood beside others has nothing to do with them any more.
    if ((ground.wanted.get(name)?.placement.machineOf.length ?? 0) > 0) return undefined
    ground.finish(name)
  }
  for (const name of change.unwanted) {
    const unit = ground.wanted.get(name)
    if (unit === undefined) continue
    if (!ground.bonds.isFree(unit)) return undefined
    for (const machine of [...ground.seatsOf(name)]) {
      ground.unseat(name, machine)
      decisions.push({kind: 'evict', unit: name, machine, reason: 'no longer wanted here'})
    }
    ground.wanted.delete(name)
    ground.finished.delete(name)
  }
  const comers = leaveLost(ground, change.lost, decisions)
  if (comers === undefined) return undefined
  for (const unit of change.wanted) {
    if (!ground.bonds.isFree(unit) || !ground.census.covers(unit) || ground.isStopping(unit.name)) return undefined
    const before = ground.wanted.get(unit.name)
    if (before === undefined) comers.push(unit)
    else if (ground.finished.has(unit.name) || !ground.hasSeat(unit.name) || !asksTheSame(before, unit)) return undefined
    meet(ground, unit)
  }
  for (const unit of ground.inOrder(comers)) {
    const shape = ground.shapes.of(unit)
    const room = shape.best(unit)
    if (room === undefined) return undefined
    ground.seat(unit.name, room.machine.id)
    decisions.push({kind: 'place', unit: unit.name, machine: room.machine.id, reason: shape.reason})
  }
  return decisions
}

/** Takes everybody away from machines that are lost; those who are to be placed anew, undefined where only a whole pass can tell. */
function leaveLost(ground: Ground, lost: readonly string[], decisions: Decision[]): Unit[] | undefined {
  const displaced: Unit[] = []
  for (const machine of lost) {
    for (const name of [...(ground.rooms.get(machine)?.units.keys() ?? [])]) {
      const unit = ground.wanted.get(name)
      if (unit === undefined || !ground.bonds.standsAlone(unit)) return undefined
      // There are never to be two of it.
      if (unit.placement.onDisconnect === 'stop' && ground.isStopping(name)) return undefined
      // What has come to its end has nothing to do elsewhere.
      if (ground.finished.has(name)) continue
      ground.takeBack(name, machine)
      decisions.push({kind: 'evict', unit: name, machine, reason: `machine ${machine} is lost`})
      if (!unit.placement.global && !ground.hasSeat(name)) displaced.push(unit)
    }
  }
  if (lost.length > 0) ground.close(new Set(lost))
  return displaced
}

/** The unit is known from now on, with all that it says of others. */
function meet(ground: Ground, unit: Unit): void {
  ground.hear(unit)
  ground.wanted.set(unit.name, unit)
  for (const machine of ground.seatsOf(unit.name)) {
    const room = ground.rooms.get(machine)
    room?.remove(unit.name)
    room?.add(unit.name, unit)
  }
}
