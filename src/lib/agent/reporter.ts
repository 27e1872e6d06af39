import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {encode} from '../cluster/codec.ts'
import {type UnitState, unitStateSchema} from '../cluster/model.ts'
import {keys} from '../store/keys.ts'
import {type Guard, maxWrites, type Store, type Write} from '../store/store.ts'
import type {AgentMetrics} from './agent-metrics.ts'

export interface ReporterOptions {
  readonly store: Store
  readonly machine: string
  readonly log: Log
  /** What the store holds. */
  readonly written: ReadonlyMap<string, UnitState>
  /** Called when a report could not be written. */
  readonly failed: () => void
  readonly told?: AgentMetrics
}

/** Writes the states of a machine's units: changes only, one commit under way at a time, the newest word winning. */
export class Reporter {
  private readonly store: Store
  private readonly machine: string
  private readonly log: Log
  private readonly failed: () => void
  private readonly told: AgentMetrics | undefined
  /** What the store holds, as far as is known. */
  private readonly written: Map<string, UnitState>
  private wanted: ReadonlyMap<string, UnitState> = new Map()
  private guard: Guard | undefined
  private underway: Promise<void> | undefined

  constructor(options: ReporterOptions) {
    this.store = options.store
    this.machine = options.machine
    this.log = options.log
    this.failed = options.failed
    this.told = options.told
    this.written = new Map(options.written)
    for (const state of this.written.values()) this.told?.reported(undefined, state)
  }

  /** The last word about the unit, be it still on its way to the store. */
  last(unit: string): UnitState | undefined {
    return this.wanted.get(unit) ?? this.written.get(unit)
  }

  get units(): Iterable<string> {
    return this.written.keys()
  }

  /** From now on these are the machine's states, and no others. Without a guard (not registered) they wait. */
  report(states: ReadonlyMap<string, UnitState>, guard: Guard | undefined, signal: AbortSignal): void {
    this.wanted = states
    this.guard = guard
    if (guard === undefined || this.underway !== undefined || !this.hasChanges()) return
    this.underway = this.flush(signal)
  }

  /** Resolves when no commit is under way. */
  async settled(): Promise<void> {
    await this.underway
  }

  private async flush(signal: AbortSignal): Promise<void> {
    try {
      for (let changes = this.changes(); changes.length > 0 && this.guard !== undefined; changes = this.changes()) {
        const {guard} = this
        const batch = changes.slice(0, maxWrites - 1)
        const writes = batch.map(change => change.write)
        const {ok} = await this.store.commit([guard], writes, {signal})
        // Under a newer registration it is tried again.
        if (!ok && this.guard === guard) return
        if (ok) this.keep(batch)
      }
    } catch (error) {
      if (signal.aborted) return
      this.log.warning(`cannot report states: ${messageOf(error)}`)
      this.failed()
    } finally {
      this.underway = undefined
    }
  }

  private keep(batch: readonly StateChange[]): void {
    for (const {unit, state} of batch) {
      this.told?.reported(this.written.get(unit), state)
      if (state === undefined) this.written.delete(unit)
      else this.written.set(unit, state)
    }
  }

  private hasChanges(): boolean {
    for (const [unit, state] of this.wanted) if (this.isNews(unit, state)) return true
    for (const unit of this.written.keys()) if (!this.wanted.has(unit)) return true
    return false
  }

  private isNews(unit: string, state: UnitState): boolean {
    const last = this.written.get(unit)
    return last === undefined || !sameState(last, state)
  }

  private changes(): readonly StateChange[] {
    const changes: StateChange[] = []
    for (const [unit, state] of this.wanted) {
      if (!this.isNews(unit, state)) continue
      const {machine: _machine, unit: _unit, ...value} = state
      changes.push({
        unit,
        state,
        write: {kind: 'put', key: keys.state(this.machine, unit), value: encode(unitStateSchema, value)},
      })
    }
    for (const unit of this.written.keys()) {
      if (!this.wanted.has(unit))
        changes.push({unit, state: undefined, write: {kind: 'delete', key: keys.state(this.machine, unit)}})
    }
    return changes
  }
}

interface StateChange {
  readonly unit: string
  /** Undefined: it is taken away. */
  readonly state: UnitState | undefined
  readonly write: Write
}

/** Starts that the limit counts age by themselves, and decisions change something else, too, or are under way: alone they are no news. */
export function sameState(a: UnitState, b: UnitState): boolean {
  if (a === b) return true
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof UnitState>
  for (const key of keys) {
    if (key === 'starts' || key === 'recent' || a[key] === b[key]) continue
    if (key !== 'log' || JSON.stringify(a.log) !== JSON.stringify(b.log)) return false
  }
  return true
}
