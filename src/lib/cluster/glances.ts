import {keys, type ParsedKey, parseKey} from '../store/keys.ts'
import type {Entry} from '../store/store.ts'
import {headDecoder} from './codec.ts'
import {stateHeadSchema, type UnitState} from './model.ts'
import {ClusterView, inner} from './view.ts'

/** As much of a state as a short list shows. Of a oneshot that is done all is known. */
export type Glance = Pick<UnitState, 'load' | 'active' | 'sub'> & {readonly done?: undefined}

/**
 * The cluster for a short list. Of a unit that has a place the list shows what stands in keys, and in the first fields of its state:
 * records and assignments come without values, and states are not decoded behind their head. What else is needed, of the few that have
 * no place, `lacking` tells once all is taken in.
 */
export class Glances {
  /** The machines, and what has been asked for besides. */
  readonly view = new ClusterView()
  readonly units = new Set<string>()
  /** By machine. */
  readonly assigned = new Map<string, Set<string>>()
  /** By machine, then unit. */
  readonly states = new Map<string, Map<string, Glance | UnitState>>()

  get unreadable(): ReadonlyMap<string, string> {
    return this.view.unreadable
  }

  /** Takes in machines and states, and keys of units and assignments. */
  putAll(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      const key = parseKey(entry.key)
      if (key?.kind === 'unit') this.units.add(key.unit)
      else if (key?.kind === 'assignment') this.assign(key)
      else if (key?.kind === 'state') this.glance(key, entry)
      else this.view.put(entry)
    }
  }

  /** The keys whose values are to be put into the view: of units that are on no machine that is there, for what is asked of them. */
  lacking(): readonly string[] {
    const unplaced = new Set(this.units)
    for (const units of this.assigned.values()) for (const unit of units) unplaced.delete(unit)
    const ofLost: string[] = []
    for (const [machine, states] of this.states) {
      if (this.view.isThere(machine)) for (const unit of states.keys()) unplaced.delete(unit)
      else
        for (const [unit, {done}] of states)
          if (done)
            ofLost.push(keys.unit(unit), ...(this.assigned.get(machine)?.has(unit) ? [keys.assignment(machine, unit)] : []))
    }
    return [...[...unplaced].map(keys.unit), ...ofLost]
  }

  private assign({machine, unit}: PlacedKey): void {
    const units = this.assigned.get(machine)
    if (units === undefined) this.assigned.set(machine, new Set([unit]))
    else units.add(unit)
  }

  private glance({machine, unit}: PlacedKey, entry: Entry): void {
    const head = entry.value.includes(done) ? undefined : headOf(entry.value)
    if (head === undefined) this.view.put(entry)
    const state = head ?? this.view.state(machine, unit)
    if (state !== undefined) inner(this.states, machine).set(unit, state)
  }
}

type PlacedKey = Extract<ParsedKey, {readonly kind: 'assignment' | 'state'}>

const headOf: (text: string) => Glance | undefined = headDecoder(stateHeadSchema, 'file')
const done = '"done":'
