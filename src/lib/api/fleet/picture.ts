import type {Assignment, Machine, UnitState} from '../../cluster/model.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {ClusterIndex, UnitParts} from '../cluster-index.ts'
import type {Glimpse} from '../live-cluster.ts'
import {compareBytes} from '../sorted-names.ts'
import {UnitMemo} from '../unit-memo.ts'
import type {Places} from './current-state.ts'
import {FleetFiles} from './fleet-file.ts'

/** The cluster as it is, ordered as fleet orders it: by bytes; and what was written of it, as long as it is so. */
export class Picture {
  readonly view: ClusterView
  readonly files = new FleetFiles()
  /** Units as JSON. */
  readonly unitTexts = new UnitMemo<string>()
  readonly #index: ClusterIndex
  readonly #pages = new Map<string, Buffer>()
  #pagesOf = 0

  constructor(index: ClusterIndex) {
    this.view = index.view
    this.#index = index
  }

  unit(name: string): UnitParts {
    return this.#index.unit(name)
  }

  /** Those that have a record, by name, from one on. */
  *unitsFrom(name: string | undefined): Generator<UnitParts> {
    for (const each of this.#index.units(compareBytes).from(name)) if (this.view.units.has(each)) yield this.unit(each)
  }

  /** By id, from one on. */
  *machinesFrom(id: string | undefined): Generator<Machine> {
    for (const each of this.#index.machines(compareBytes).from(id)) {
      const machine = this.view.machines.get(each)
      if (machine !== undefined) yield machine
    }
  }

  /** What machines that are there say of units, by unit, then machine, from a unit on: a lost machine's word is not news any more. */
  *statesFrom(unit: string | undefined): Generator<UnitState> {
    for (const each of this.#index.units(compareBytes).from(unit)) yield* this.placesOf(each).states
  }

  /** What one machine that is there says of units, by unit. */
  statesOn(machine: string): readonly UnitState[] {
    if (!this.view.machines.has(machine)) return []
    return [...(this.view.states.get(machine)?.values() ?? [])].sort((a, b) => compareBytes(a.unit, b.unit))
  }

  /** On machines that are there, by their ids. */
  placesOf(unit: string): Places {
    const assignments: Assignment[] = []
    const states: UnitState[] = []
    for (const machine of this.unit(unit).machines) {
      if (!this.view.machines.has(machine)) continue
      const assignment = this.view.assignments.get(machine)?.get(unit)
      const state = this.view.state(machine, unit)
      if (assignment !== undefined) assignments.push(assignment)
      if (state !== undefined) states.push(state)
    }
    return {assignments, states}
  }

  /** A page as it was written, by what was asked for, as long as nothing changes. */
  page(asked: string, write: () => string): Buffer {
    const {version} = this.#index
    if (this.#pagesOf !== version) this.#pages.clear()
    this.#pagesOf = version
    const known = this.#pages.get(asked)
    if (known !== undefined) return known
    const page = Buffer.from(write())
    if (this.#pages.size < mostPages) this.#pages.set(asked, page)
    return page
  }
}

const mostPages = 128

/** Keeps a picture of a copy of the cluster as long as the copy is kept. */
export class Pictures {
  readonly #pictures = new WeakMap<ClusterIndex, Picture>()

  at({index}: Pick<Glimpse, 'index'>): Picture {
    const known = this.#pictures.get(index)
    if (known !== undefined) return known
    const picture = new Picture(index)
    this.#pictures.set(index, picture)
    return picture
  }
}
