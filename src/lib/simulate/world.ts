import {encode} from '../cluster/codec.ts'
import {holdSchema} from '../cluster/model.ts'
import {ClusterView} from '../cluster/view.ts'
import {type EngineDecision, planEngine} from '../engine/plan.ts'
import {RecentLosses} from '../engine/recent-losses.ts'
import {UnitShelf} from '../engine/unit-shelf.ts'
import {batchesOf} from '../engine/writes.ts'
import {keys, parseKey} from '../store/keys.ts'
import {type Entry, maxWrites, type Write} from '../store/store.ts'

/** What one look of the engine came to. */
export interface Look {
  readonly decisions: readonly EngineDecision[]
  readonly hold: string | undefined
  /** Everything that it wrote. */
  readonly writes: readonly Write[]
}

/** A cluster that is stored nowhere: what would be in etcd, and the engine that looks at it. */
export class World {
  readonly view = new ClusterView()
  readonly shelf = new UnitShelf()
  private readonly losses = new RecentLosses()
  private promised: ReadonlyMap<string, string> = new Map()
  private revision = 0

  constructor(entries: Iterable<Entry>) {
    for (const entry of entries) {
      this.view.put(entry)
      this.revision = Math.max(this.revision, entry.modRevision)
    }
  }

  /** Writes all at one revision, as a transaction does. */
  write(writes: readonly Write[]): void {
    this.revision += 1
    for (const write of writes) {
      if (write.kind === 'delete') this.view.remove(write.key)
      else {
        const createRevision = this.assignedAt(write.key) ?? this.revision
        this.view.put({key: write.key, value: write.value, createRevision, modRevision: this.revision})
      }
    }
  }

  /** The engine looks at everything, decides, and writes what it decided. `now`: milliseconds of the simulated clock. */
  look(now: number): Look {
    const {view, shelf} = this
    shelf.keepOnly(view.units, view.files)
    const {decisions, hold, promised} = planEngine(view, shelf, {
      ...{recentlyLost: this.losses.see(view, now), now},
      promised: this.promised,
    })
    this.promised = promised
    const batches = [...batchesOf(decisions, view, maxWrites - 1), ...this.holdWrites(hold)]
    for (const writes of batches) this.write(writes)
    return {decisions, hold, writes: batches.flat()}
  }

  private holdWrites(hold: string | undefined): readonly (readonly Write[])[] {
    if (hold === this.view.hold) return []
    if (hold === undefined) return [[{kind: 'delete', key: keys.hold}]]
    return [[{kind: 'put', key: keys.hold, value: encode(holdSchema, {reason: hold})}]]
  }

  /** What changes an assignment does not change since when the unit is there; of nothing else that is asked. */
  private assignedAt(key: string): number | undefined {
    if (!key.startsWith('assignments/')) return undefined
    const parsed = parseKey(key)
    return parsed?.kind === 'assignment' ? this.view.assignments.get(parsed.machine)?.get(parsed.unit)?.since : undefined
  }
}
