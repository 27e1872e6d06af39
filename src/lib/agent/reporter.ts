import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {encode} from '../cluster/codec.ts'
import {type UnitState, unitStateSchema} from '../cluster/model.ts'
import {keys} from '../store/keys.ts'
import {type Guard, maxWrites, type Store, type Write} from '../store/store.ts'

/** Writes the states of a machine's units: changes only, one commit under way at a time, the newest word winning. */
export class Reporter {
  private readonly store: Store
  private readonly machine: string
  private readonly log: Log
  private readonly failed: () => void
  /** What the store holds, as far as is known. */
  private readonly written: Map<string, UnitState>
  private wanted: ReadonlyMap<string, UnitState> = new Map()
  private underway: Promise<void> | undefined

  constructor(options: {store: Store; machine: string; log: Log; written: ReadonlyMap<string, UnitState>; failed: () => void}) {
    this.store = options.store
    this.machine = options.machine
    this.log = options.log
    this.failed = options.failed
    this.written = new Map(options.written)
  }

  /** The state last known to be written for the unit. */
  last(unit: string): UnitState | undefined {
    return this.written.get(unit)
  }

  get units(): Iterable<string> {
    return this.written.keys()
  }

  /** From now on these are the machine's states, and no others. Without a guard (not registered) they wait. */
  report(states: ReadonlyMap<string, UnitState>, guard: Guard | undefined, signal: AbortSignal): void {
    this.wanted = states
    if (guard === undefined || this.underway !== undefined) return
    this.underway = this.flush(guard, signal).finally(() => {
      this.underway = undefined
    })
  }

  /** Resolves when no commit is under way. */
  async settled(): Promise<void> {
    await this.underway
  }

  private async flush(guard: Guard, signal: AbortSignal): Promise<void> {
    for (let changes = this.changes(); changes.length > 0; changes = this.changes()) {
      const batch = changes.slice(0, maxWrites - 1)
      try {
        const {ok} = await this.store.commit(
          [guard],
          batch.map(change => change.write),
          {signal},
        )
        if (!ok) return
      } catch (error) {
        if (!signal.aborted) {
          this.log.warning(`cannot report states: ${messageOf(error)}`)
          this.failed()
        }
        return
      }
      for (const {unit, state} of batch) {
        if (state === undefined) this.written.delete(unit)
        else this.written.set(unit, state)
      }
    }
  }

  private changes(): readonly {readonly unit: string; readonly state: UnitState | undefined; readonly write: Write}[] {
    const changes: {unit: string; state: UnitState | undefined; write: Write}[] = []
    for (const [unit, state] of this.wanted) {
      const last = this.written.get(unit)
      if (last !== undefined && sameState(last, state)) continue
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

/** Starts that the limit counts age by themselves; that alone is no news. */
export function sameState(a: UnitState, b: UnitState): boolean {
  const words = ({starts: _starts, ...rest}: UnitState) =>
    JSON.stringify(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1)))
  return words(a) === words(b)
}
