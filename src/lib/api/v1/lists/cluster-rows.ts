import {compareNatural} from '../../../base/natural-order.ts'
import {type MachineRow, machineRow} from '../../../cluster/machine-rows.ts'
import {type UnitRow, unitRowsOf} from '../../../cluster/rows.ts'
import {type UnitFileRow, unitFileRow} from '../../../cluster/unit-file-rows.ts'
import type {ClusterView} from '../../../cluster/view.ts'
import type {ClusterIndex, UnitParts} from '../../cluster-index.ts'
import type {Glimpse} from '../../live-cluster.ts'
import {UnitMemo} from '../../unit-memo.ts'
import type {UnitFacts} from './unit-facts.ts'
import {WrittenRow} from './written-row.ts'

/** A unit as `/v1/units` lists it. */
export interface UnitItem extends Omit<UnitFileRow, 'description'> {
  readonly generation: number
  /** The revision at which what is wanted of it last changed. */
  readonly version: number
  /** Why it is there, or why it has no place. */
  readonly reason: string | null
}

/**
 * What the cluster's lists show, in order as people count. Each row is made when it is first asked for, and kept with what was
 * written of it as long as nothing about its unit changes; pages are kept until anything changes.
 */
export class ClusterRows {
  private readonly index: ClusterIndex
  private readonly facts: UnitFacts
  private readonly items = new UnitMemo<WrittenRow<UnitItem> | undefined>()
  private readonly stateRows = new UnitMemo<readonly WrittenRow<UnitRow>[]>()
  private readonly pages = new Map<string, WrittenPage>()
  private pagesOf = 0

  constructor(index: ClusterIndex, facts: UnitFacts) {
    this.index = index
    this.facts = facts
  }

  /** Every unit that is known, by name, from one on. */
  *units(from: string | undefined): Generator<WrittenRow<UnitItem>> {
    for (const name of this.index.units(compareNatural).from(from)) {
      const item = this.item(name)
      if (item !== undefined) yield item
    }
  }

  /** Every unit on every machine, by unit, then machine, from a unit on. */
  *states(from: string | undefined): Generator<WrittenRow<UnitRow>> {
    for (const name of this.index.units(compareNatural).from(from)) yield* this.statesOf(name)
  }

  /** Every machine that is registered, by id, from one on. */
  *machines(from: string | undefined): Generator<WrittenRow<MachineRow>> {
    for (const id of this.index.machines(compareNatural).from(from)) {
      const row = this.machine(id)
      if (row !== undefined) yield new WrittenRow(row)
    }
  }

  /** What is known of one unit on each machine. */
  statesOf(unit: string): readonly WrittenRow<UnitRow>[] {
    const {view} = this.index
    return this.stateRows.of(this.index.unit(unit), ({machines}) =>
      unitRowsOf(view, unit, machines).map(row => new WrittenRow(row)),
    )
  }

  unit(name: string): UnitItem | undefined {
    return this.item(name)?.row
  }

  machine(id: string): MachineRow | undefined {
    const {view} = this.index
    const machine = view.machines.get(id)
    return machine === undefined ? undefined : machineRow(view, machine)
  }

  /** A page as it was written, by what was asked for. */
  page(asked: string, write: () => string): WrittenPage {
    const {version} = this.index
    if (this.pagesOf !== version) this.pages.clear()
    this.pagesOf = version
    const known = this.pages.get(asked)
    if (known !== undefined) return known
    const page = {rest: write()}
    if (this.pages.size < mostPages) this.pages.set(asked, page)
    return page
  }

  private item(name: string): WrittenRow<UnitItem> | undefined {
    return this.items.of(this.index.unit(name), parts => {
      const item = unitItem(this.index.view, parts, this.facts)
      return item === undefined ? undefined : new WrittenRow(item)
    })
  }
}

const mostPages = 128

/** A page's JSON but for its beginning, and the answer whole once it was asked for. */
export interface WrittenPage {
  readonly rest: string
  whole?: {readonly revision: number; readonly body: Buffer}
}

/** Keeps the rows of a copy of the cluster as long as the copy is kept. */
export class RowShelf {
  private readonly facts: UnitFacts
  private readonly rows = new WeakMap<ClusterIndex, ClusterRows>()

  constructor(facts: UnitFacts) {
    this.facts = facts
  }

  of({index}: Pick<Glimpse, 'index'>): ClusterRows {
    const known = this.rows.get(index)
    if (known !== undefined) return known
    const rows = new ClusterRows(index, this.facts)
    this.rows.set(index, rows)
    return rows
  }
}

function unitItem(view: ClusterView, {name, record, text, machines}: UnitParts, facts: UnitFacts): UnitItem | undefined {
  if (record === undefined) return undefined
  const global = facts.isGlobal(name, record.file, text)
  const assignedTo = machines.filter(machine => view.assignments.get(machine)?.has(name))
  const {description: _none, ...row} = unitFileRow(view, record, {global, description: null, machines: assignedTo})
  const assigned = row.targetMachine === null ? undefined : view.assignments.get(row.targetMachine)?.get(name)
  const reason = assigned?.reason ?? view.refusals.get(name)?.reason ?? null
  return {...row, generation: record.generation, version: record.revision, reason}
}
