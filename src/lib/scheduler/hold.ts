import type {Snapshot} from './snapshot.ts'

/**
 * When many machines are lost at once the fault is more likely between them and etcd than in them: the engine then
 * moves nothing away from them. Many: at least three, and more than one in three of those that were there.
 * Lost are those that units stand on which have not come to their end, and that are not registered any more, and those that were lost a moment ago: leases
 * that were cut together end one after the other, and the first may have been moved when the third ends.
 */
export function holdReason(snapshot: Snapshot): string | undefined {
  const present = new Set(snapshot.machines.map(machine => machine.id))
  const finished = new Set(snapshot.units.flatMap(({unit, finished}) => (finished ? [unit.name] : [])))
  const standing = snapshot.placements.filter(({unit}) => !finished.has(unit))
  const missing = [...standing.map(({machine}) => machine), ...snapshot.recentlyLost]
  const lost = new Set(missing.filter(machine => !present.has(machine) && !snapshot.gone.has(machine)))
  const all = present.size + lost.size
  if (!isManyLost(lost.size, all)) return undefined
  return `${lost.size} of ${all} machines were lost at once: their units stay theirs until the machines return or \`ctl forget-machine\` says that they will not`
}

/** Whether so many of those that were there are more than an engine takes for lost machines. */
export function isManyLost(lost: number, all: number): boolean {
  return lost >= 3 && lost * 3 > all
}
