import type {UnitRecord} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {parseKey} from '../store/keys.ts'
import type {ChangeEvent} from '../store/store.ts'
import {compareBytes, type Order, SortedNames} from './sorted-names.ts'

/** What a unit is made of. Another one stands in its place as soon as anything about the unit may look different. */
export interface UnitParts {
  readonly name: string
  readonly record: UnitRecord | undefined
  /** Its unit file; undefined without a record, and where the cluster does not have it. */
  readonly text: string | undefined
  /** The machines with an assignment or a state of it, there or not, by bytes. Good until the next change. */
  readonly machines: readonly string[]
}

/**
 * A view of the cluster by unit: where each one is, and names in order. It is brought up to date change by change, so that
 * what is asked of it takes no walk over the whole cluster.
 */
export class ClusterIndex {
  readonly view: ClusterView
  #version = 0
  readonly #places = new Map<string, SortedNames>()
  readonly #parts = new Map<string, UnitParts>()
  readonly #units = new Map<Order, SortedNames>()
  readonly #machines = new Map<Order, SortedNames>()

  constructor(view: ClusterView) {
    this.view = view
    for (const placed of [view.assignments, view.states])
      for (const [machine, units] of placed) for (const unit of units.keys()) this.#place(unit, machine)
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  /** Names of units that have a record, an assignment or a state. */
  units(order: Order): SortedNames {
    return sorted(this.#units, order, () => new Set([...this.view.units.keys(), ...this.#places.keys()]))
  }

  /** Ids of the machines that are registered. */
  machines(order: Order): SortedNames {
    return sorted(this.#machines, order, () => this.view.machines.keys())
  }

  /** The same object as long as nothing about the unit changes. */
  unit(name: string): UnitParts {
    const record = this.view.units.get(name)
    const text = record === undefined ? undefined : this.view.files.get(record.file)
    const known = this.#parts.get(name)
    if (known !== undefined && known.text === text) return known
    const parts = {name, record, text, machines: this.#places.get(name)?.all ?? nowhere}
    if (record !== undefined || parts.machines !== nowhere) this.#parts.set(name, parts)
    return parts
  }

  /** Takes in what the view has taken in already. */
  apply(events: Iterable<ChangeEvent>): void {
    this.#version++
    for (const event of events) {
      const key = parseKey(event.kind === 'put' ? event.entry.key : event.key)
      if (key === undefined) continue
      if ('unit' in key && 'machine' in key) this.#place(key.unit, key.machine)
      if ('unit' in key) this.#settle(key.unit)
      else if (key.kind === 'machine') this.#settleMachine(key.machine)
    }
  }

  /** Notes whether a machine has anything of a unit. */
  #place(unit: string, machine: string): void {
    const {assignments, states} = this.view
    const known = this.#places.get(unit)
    if (assignments.get(machine)?.has(unit) || states.get(machine)?.has(unit)) {
      if (known === undefined) this.#places.set(unit, new SortedNames([machine], compareBytes))
      else known.add(machine)
      return
    }
    known?.delete(machine)
    if (known?.all.length === 0) this.#places.delete(unit)
  }

  #settle(unit: string): void {
    this.#parts.delete(unit)
    const isKnown = this.view.units.has(unit) || this.#places.has(unit)
    for (const names of this.#units.values()) isKnown ? names.add(unit) : names.delete(unit)
  }

  /** What is on a machine looks different when it comes or goes. */
  #settleMachine(machine: string): void {
    const isThere = this.view.machines.has(machine)
    for (const names of this.#machines.values()) isThere ? names.add(machine) : names.delete(machine)
    for (const units of [this.view.assignments.get(machine), this.view.states.get(machine)])
      for (const unit of units?.keys() ?? []) this.#parts.delete(unit)
  }
}

const nowhere: readonly string[] = []

function sorted(known: Map<Order, SortedNames>, order: Order, names: () => Iterable<string>): SortedNames {
  const found = known.get(order)
  if (found !== undefined) return found
  const made = new SortedNames(names(), order)
  known.set(order, made)
  return made
}
