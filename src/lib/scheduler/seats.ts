import {compareNatural} from '../base/natural-order.ts'
import type {SnapshotPlacement} from './snapshot.ts'

/** Names a unit on a machine. */
export function seatKey(unit: string, machine: string): string {
  return `${machine}/${unit}`
}

/** For sorting: the longest-standing first. */
export function bySeniority(a: SnapshotPlacement, b: SnapshotPlacement): number {
  return a.since - b.since || compareNatural(a.unit, b.unit) || compareNatural(a.machine, b.machine)
}
