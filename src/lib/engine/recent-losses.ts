import type {ClusterView} from '../cluster/view.ts'

/** Milliseconds for which a loss counts as being of one cause with the next: a few of the usual leases. */
export const lossWindow = 30_000

/** Remembers which machines were lost of late: had units, did not say that they leave, and are not registered any more. */
export class RecentLosses {
  private readonly present = new Set<string>()
  private readonly lostAt = new Map<string, number>()

  /** Looks at the cluster as it is now (milliseconds of any clock that only grows) and answers who was lost of late. */
  see(view: ClusterView, now: number): ReadonlySet<string> {
    for (const machine of this.present) {
      if (view.machines.has(machine)) continue
      this.present.delete(machine)
      this.lostAt.set(machine, now)
    }
    for (const [machine, {leaving}] of view.machines) {
      this.lostAt.delete(machine)
      if (leaving !== true && view.assignments.has(machine)) this.present.add(machine)
      else this.present.delete(machine)
    }
    for (const [machine, at] of this.lostAt) if (now - at >= lossWindow) this.lostAt.delete(machine)
    return new Set(this.lostAt.keys())
  }
}
