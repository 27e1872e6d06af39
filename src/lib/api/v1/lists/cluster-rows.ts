import {compareNatural} from '../../../base/natural-order.ts'
import {
  type MachineRow,
  machineRows,
  type UnitFileRow,
  type UnitRow,
  unitFileRow,
  unitRows,
  unitRowsOf,
} from '../../../cluster/rows.ts'
import type {ClusterView} from '../../../cluster/view.ts'
import type {Glimpse} from '../../live-cluster.ts'
import type {Rows} from './list.ts'
import type {UnitFacts} from './unit-facts.ts'

/** A unit as `/v1/units` lists it. */
export interface UnitItem extends Omit<UnitFileRow, 'description'> {
  readonly generation: number
  /** The revision at which what is wanted of it last changed. */
  readonly version: number
  /** Why it is there, or why it has no place. */
  readonly reason: string | null
}

/**
 * What the cluster's lists show at one revision, each row made when it is first asked for and no later than the revision
 * lasts. Answers that were written once are kept as they are.
 */
export class ClusterRows {
  readonly revision: number
  /** Pages as they were written, by their query. */
  readonly pages = new Map<string, WrittenPage>()
  private readonly view: ClusterView
  private readonly names: readonly string[]
  private readonly facts: UnitFacts
  private readonly items = new Map<string, UnitItem>()
  private places: ReadonlyMap<string, readonly string[]> | undefined
  private stateRows: readonly UnitRow[] | undefined
  private machinesListed: readonly MachineRow[] | undefined

  /** `names`: of all units, in order. */
  constructor({view, revision}: Glimpse, names: readonly string[], facts: UnitFacts) {
    this.view = view
    this.revision = revision
    this.names = names
    this.facts = facts
  }

  isOf({view, revision}: Glimpse): boolean {
    return this.view === view && this.revision === revision
  }

  /** Every unit that is known, by name. */
  get units(): Rows<UnitItem> {
    this.places ??= placesOf(this.view)
    return {length: this.names.length, at: index => this.unit(this.names[index] ?? '')}
  }

  /** Every unit on every machine, by unit, then machine. */
  get states(): readonly UnitRow[] {
    this.stateRows ??= unitRows(this.view)
    return this.stateRows
  }

  get machines(): readonly MachineRow[] {
    this.machinesListed ??= machineRows(this.view)
    return this.machinesListed
  }

  statesOf(unit: string): readonly UnitRow[] {
    return unitRowsOf(this.view, unit)
  }

  unit(name: string): UnitItem | undefined {
    const known = this.items.get(name)
    if (known !== undefined) return known
    const item = unitItem(this.view, name, {facts: this.facts, machines: this.machinesOf(name)})
    if (item !== undefined) this.items.set(name, item)
    return item
  }

  private machinesOf(unit: string): readonly string[] {
    if (this.places !== undefined) return this.places.get(unit) ?? []
    return [...this.view.assignments].flatMap(([machine, units]) => (units.has(unit) ? [machine] : []))
  }
}

/** A page's JSON but for its beginning, and the answer whole once it was asked for. */
export interface WrittenPage {
  readonly rest: string
  whole?: Buffer
}

/** Keeps the rows of the newest revision for all who ask. */
export class RowShelf {
  private readonly facts: UnitFacts
  private names: readonly string[] = []
  private rows: ClusterRows | undefined

  constructor(facts: UnitFacts) {
    this.facts = facts
  }

  of(glimpse: Glimpse): ClusterRows {
    if (this.rows?.isOf(glimpse) === true) return this.rows
    const {units} = glimpse.view
    // Units come and go less often than they change.
    if (this.names.length !== units.size || !this.names.every(name => units.has(name)))
      this.names = [...units.keys()].sort(compareNatural)
    this.rows = new ClusterRows(glimpse, this.names, this.facts)
    return this.rows
  }
}

function unitItem(
  view: ClusterView,
  name: string,
  {facts, machines}: {readonly facts: UnitFacts; readonly machines: readonly string[]},
): UnitItem | undefined {
  const record = view.units.get(name)
  if (record === undefined) return undefined
  const global = facts.isGlobal(name, record.file, view.files.get(record.file))
  const {description: _none, ...row} = unitFileRow(view, record, {global, description: null, machines})
  const assigned = row.targetMachine === null ? undefined : view.assignments.get(row.targetMachine)?.get(name)
  const reason = assigned?.reason ?? view.refusals.get(name)?.reason ?? null
  return {...row, generation: record.generation, version: record.revision, reason}
}

function placesOf(view: ClusterView): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  for (const {unit, machine} of view.allAssignments()) {
    const known = places.get(unit)
    if (known === undefined) places.set(unit, [machine])
    else known.push(machine)
  }
  return places
}
