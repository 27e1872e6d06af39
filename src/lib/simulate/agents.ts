import {encode} from '../cluster/codec.ts'
import {type Assignment, unitStateSchema} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {keys, parseKey} from '../store/keys.ts'
import type {Write} from '../store/store.ts'

export interface AgentTimes {
  /** Milliseconds from a unit's assignment until it runs. */
  readonly start: number
  /** Milliseconds from the end of an assignment until the unit has stopped. */
  readonly stop: number
}

/** Agents that always do what they are told, and take their time for it. They write what agents write: the states of units. */
export class PretendedAgents {
  private readonly view: ClusterView
  private readonly times: AgentTimes
  /** What is reported at which time, by key: what comes later of a unit takes the place of what was to come. */
  private readonly due = new Map<number, Map<string, Write>>()
  private readonly dueAt = new Map<string, number>()

  constructor(view: ClusterView, times: AgentTimes) {
    this.view = view
    this.times = times
  }

  /** Takes a cluster as it is: what is assigned and does not run begins to start, what runs without an assignment to stop. */
  begin(now: number): readonly Write[] {
    const missing = [...this.view.allAssignments()].filter(({machine, unit}) => this.view.state(machine, unit) === undefined)
    const left = [...this.view.allStates()].filter(({machine, unit}) => !this.view.assignments.get(machine)?.has(unit))
    return [
      ...missing.flatMap(assignment => this.obey(assignment, now)),
      ...left.flatMap(({machine, unit}) => this.end(machine, unit, now)),
    ]
  }

  /** What agents report at once when these things were written; what takes time is due later. */
  hear(writes: readonly Write[], now: number): readonly Write[] {
    return writes.flatMap(({key}) => {
      const parsed = parseKey(key)
      if (parsed?.kind !== 'assignment') return []
      const assignment = this.view.assignments.get(parsed.machine)?.get(parsed.unit)
      return assignment === undefined ? this.end(parsed.machine, parsed.unit, now) : this.obey(assignment, now)
    })
  }

  /** When something is due next. */
  get next(): number | undefined {
    return this.due.size === 0 ? undefined : Math.min(...this.due.keys())
  }

  /** What is reported at this time; machines that are lost report nothing. */
  take(now: number): readonly Write[] {
    const writes = this.due.get(now) ?? new Map<string, Write>()
    this.due.delete(now)
    for (const key of writes.keys()) this.dueAt.delete(key)
    return [...writes.values()].filter(({key}) => {
      const parsed = parseKey(key)
      return parsed?.kind === 'state' && this.view.machines.has(parsed.machine)
    })
  }

  private obey(assignment: Assignment, now: number): readonly Write[] {
    const {machine, unit} = assignment
    if (!this.view.machines.has(machine)) return []
    if (assignment.desiredState === 'loaded') {
      this.forget(keys.state(machine, unit))
      return [stateOf(assignment, 'inactive', 'dead', now)]
    }
    const before = this.view.state(machine, unit)
    if (before?.active === 'active' && before.file === assignment.file && before.generation === assignment.generation) return []
    this.later(stateOf(assignment, 'active', 'running', now + this.times.start), now + this.times.start)
    return [stateOf(assignment, 'activating', 'start', now)]
  }

  private end(machine: string, unit: string, now: number): readonly Write[] {
    const key = keys.state(machine, unit)
    this.forget(key)
    if (this.view.machines.has(machine) && this.view.state(machine, unit) !== undefined)
      this.later({kind: 'delete', key}, now + this.times.stop)
    return []
  }

  private later(write: Write, at: number): void {
    this.forget(write.key)
    const known = this.due.get(at)
    if (known === undefined) this.due.set(at, new Map([[write.key, write]]))
    else known.set(write.key, write)
    this.dueAt.set(write.key, at)
  }

  private forget(key: string): void {
    const at = this.dueAt.get(key)
    if (at === undefined) return
    this.dueAt.delete(key)
    const writes = this.due.get(at)
    writes?.delete(key)
    if (writes?.size === 0) this.due.delete(at)
  }
}

function stateOf(
  {machine, unit, file, generation}: Assignment,
  active: 'active' | 'activating' | 'inactive',
  sub: string,
  since: number,
): Write {
  const value = encode(unitStateSchema, {load: 'loaded', active, sub, file, generation, restarts: 0, since, starts: []})
  return {kind: 'put', key: keys.state(machine, unit), value}
}
