import {AmountShelf} from '../../cluster/allocated.ts'
import {type AllocatedMachineRow, allocatedMachineRows} from '../../cluster/machine-rows.ts'
import {prefixes} from '../../store/keys.ts'
import {machineColumns, type UnitsShown} from './columns.ts'
import {filterMachines} from './list-filter.ts'
import type {ListSource} from './listing.ts'

/** What `ctl list-machines` lists. */
export function machineSource(narrowed: {
  readonly args: readonly string[]
  readonly metadata: string | undefined
  /** As much is read of units. */
  readonly units: UnitsShown
}): ListSource<AllocatedMachineRow> {
  const {args, units} = narrowed
  const shelf = units === 'requests' ? new AmountShelf() : undefined
  // A word that means no machine may mean one that is lost and still has units.
  const assignments = units === 'nothing' && args.length === 0 ? [] : [prefixes.assignments]
  const files = units === 'requests' ? [prefixes.files] : []
  return {
    columns: machineColumns,
    prefixes: [prefixes.machines, prefixes.machineSettings, ...assignments, ...files],
    rows: view => filterMachines(allocatedMachineRows(view, shelf), view, narrowed),
    id: row => row.machine,
    gone: row => `${row.name ?? row.machine} is gone`,
  }
}
