import type {Snapshot} from './snapshot.ts'

/**
 * When many machines are lost at once the fault is more likely between them and etcd than in them: the engine then
 * moves nothing away from them. Many: at least three, and more than one in three of those that were there.
 * A lost machine is one that units stand on and that is not registered any more.
 */
export function holdReason(snapshot: Snapshot): string | undefined {
  const present = new Set(snapshot.machines.map(machine => machine.id))
  const lost = new Set<string>()
  for (const {machine} of snapshot.placements) if (!present.has(machine) && !snapshot.gone.has(machine)) lost.add(machine)
  const all = present.size + lost.size
  if (lost.size < 3 || lost.size * 3 <= all) return undefined
  return `${lost.size} of ${all} machines were lost at once: their units stay theirs until the machines return or \`ctl forget-machine\` says that they will not`
}
