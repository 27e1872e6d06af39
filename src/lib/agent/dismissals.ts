import {ClusterView} from '../cluster/view.ts'
import {keys} from '../store/keys.ts'
import type {Listing, Store} from '../store/store.ts'
import {notAssigned} from './situation.ts'

/** Why units are not assigned to this machine any more: looked up once for each, before it is stopped. */
export class Dismissals {
  private readonly store: Store
  private readonly machine: string
  private readonly known = new Map<string, string>()

  constructor(store: Store, machine: string) {
    this.store = store
    this.machine = machine
  }

  /**
   * What the store tells of each of these units, at the cost of one read where one of them is new, and one more for each that was moved;
   * `takenAt`: the revisions at which they ceased to be assigned, where those are known.
   */
  async of(
    units: ReadonlySet<string>,
    takenAt: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    for (const unit of this.known.keys()) if (!units.has(unit)) this.known.delete(unit)
    const news = [...units].filter(unit => !this.known.has(unit))
    if (news.length === 0) return this.known
    const until = AbortSignal.any([signal, AbortSignal.timeout(patience)])
    const wanted = [keys.machineSettings(this.machine), ...news.flatMap(unit => [keys.unit(unit), keys.refusal(unit)])]
    const view = await viewOf(this.store.get(wanted, {signal: until}))
    for (const unit of news) {
      const why = view && (this.whyGone(unit, view) ?? (await this.whyMoved(unit, takenAt.get(unit), until)))
      signal.throwIfAborted()
      this.known.set(unit, why === undefined ? notAssigned : `${notAssigned}: ${why}`)
    }
    return this.known
  }

  private whyGone(unit: string, view: ClusterView): string | undefined {
    if (view.unreadable.has(keys.unit(unit))) return undefined
    const record = view.units.get(unit)
    if (record === undefined) return 'it was destroyed'
    if (record.desiredState === 'inactive') return 'it was unloaded'
    const refusal = view.refusals.get(unit)
    if (refusal?.gaveWayTo !== undefined) return `it gave way to ${refusal.gaveWayTo}`
    const drain = view.settings.get(this.machine)?.drain
    if (drain === undefined) return undefined
    return drain.reason === undefined ? 'the machine is drained' : `the machine is drained: ${drain.reason}`
  }

  /** The wish to move it was there until the unit was taken away from here, with it. */
  private async whyMoved(unit: string, takenAt: number | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (takenAt === undefined) return undefined
    const view = await viewOf(this.store.list([keys.move(unit)], {revision: takenAt - 1, signal}))
    const move = view?.moves.get(unit)
    return move?.from === this.machine ? `it was moved to ${move.to}: ${move.reason}` : undefined
  }
}

/** What was read; undefined when it could not be. */
function viewOf(reading: Promise<Listing>): Promise<ClusterView | undefined> {
  return reading.then(
    ({entries}) => ClusterView.of(entries),
    () => undefined,
  )
}

/** A stop waits no longer for its reason. */
const patience = 1_000
