import type {ClusterView} from '../cluster/view.ts'

/** Milliseconds for which a loss counts as being of one cause with the next: a few of the usual leases. */
export const lossWindow = 30_000

/** Remembers which machines were lost of late: had units, did not say that they leave, and are not registered any more. */
export class RecentLosses {
  /** Those that are registered, and whether they say that they leave. */
  private readonly present = new Map<string, boolean>()
  private readonly lostAt = new Map<string, number>()

  /**
   * Looks at machines as they are now (milliseconds of any clock that only grows) and answers who was lost of late. `touched`: those
   * that may have come or gone since the last look; all of them unless given.
   */
  see(view: ClusterView, now: number, touched?: Iterable<string>): ReadonlySet<string> {
    for (const machine of touched ?? new Set([...this.present.keys(), ...view.machines.keys()])) {
      const record = view.machines.get(machine)
      if (record !== undefined) {
        this.present.set(machine, record.leaving === true)
        this.lostAt.delete(machine)
      } else if (this.present.has(machine)) {
        const wasLeaving = this.present.get(machine)
        this.present.delete(machine)
        if (!wasLeaving && view.assignments.has(machine)) this.lostAt.set(machine, now)
      }
    }
    for (const [machine, at] of this.lostAt) if (now - at >= lossWindow) this.lostAt.delete(machine)
    return new Set(this.lostAt.keys())
  }
}
