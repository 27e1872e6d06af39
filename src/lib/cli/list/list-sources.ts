import {AmountShelf} from '../../cluster/allocated.ts'
import {
  type AllocatedMachineRow,
  allocatedMachineRows,
  describeFiles,
  type UnitFileRow,
  type UnitRow,
  unitFileRows,
  unitRows,
} from '../../cluster/rows.ts'
import {prefixes} from '../../store/keys.ts'
import {machineColumns, unitColumns, unitFileColumns} from './columns.ts'
import {filterMachines, filterUnitFiles, filterUnits, type UnitFilterFlags} from './list-filter.ts'
import type {ListSource} from './listing.ts'

type Narrowed = {readonly args: readonly string[]; readonly flags: UnitFilterFlags}

/** What `ctl list-units` lists: a unit that finds a place does not go. */
export function unitSource(narrowed: Narrowed): ListSource<UnitRow> {
  return {
    columns: unitColumns,
    prefixes: [
      prefixes.units,
      prefixes.machines,
      prefixes.machineSettings,
      prefixes.assignments,
      prefixes.states,
      prefixes.refusals,
    ],
    rows: view => filterUnits(unitRows(view), view, narrowed),
    id: row => `${row.unit} ${row.machine ?? ''}`,
    gone: (row, listed) => {
      if (row.target !== null) return `${row.unit} is gone from ${row.target}`
      return listed.has(row.unit) ? undefined : `${row.unit} is gone`
    },
  }
}

/** What `ctl list-unit-files` lists. */
export function unitFileSource(narrowed: Narrowed): ListSource<UnitFileRow> {
  const described = new Map<string, ReturnType<ReturnType<typeof describeFiles>>>()
  return {
    columns: unitFileColumns,
    prefixes: [
      prefixes.files,
      prefixes.units,
      prefixes.machines,
      prefixes.machineSettings,
      prefixes.assignments,
      prefixes.states,
    ],
    rows: view => {
      const describe = describeFiles(view)
      const once: typeof describe = record => {
        // A file's text is its hash's: what it says of a unit is read once for all looks.
        const key = `${record.file} ${record.name}`
        const known = described.get(key) ?? describe(record)
        if (view.files.has(record.file)) described.set(key, known)
        return known
      }
      return filterUnitFiles(unitFileRows(view, once), view, narrowed)
    },
    id: row => row.unit,
    gone: row => `${row.unit} is gone`,
  }
}

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
