import {AmountShelf} from '../../cluster/allocated.ts'
import {type AllocatedMachineRow, allocatedMachineRows} from '../../cluster/machine-rows.ts'
import {prefixes} from '../../store/keys.ts'
import {machineColumns} from './columns.ts'
import {filterMachines} from './list-filter.ts'
import type {ListSource} from './listing.ts'

/** What `ctl list-machines` lists. */
export function machineSource(narrowed: {
  readonly args: readonly string[]
  readonly metadata: string | undefined
  /** Whether it is shown what the units of each ask for: for that every unit file is read. */
  readonly allocated: boolean
}): ListSource<AllocatedMachineRow> {
  const shelf = narrowed.allocated ? new AmountShelf() : undefined
  return {
    columns: machineColumns,
    prefixes: [
      prefixes.machines,
      prefixes.machineSettings,
      prefixes.assignments,
      ...(narrowed.allocated ? [prefixes.files] : []),
    ],
    rows: view => filterMachines(allocatedMachineRows(view, shelf), view, narrowed),
    id: row => row.machine,
    gone: row => `${row.name ?? row.machine} is gone`,
  }
}
