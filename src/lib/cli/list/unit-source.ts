import {type UnitRow, unitRows} from '../../cluster/rows.ts'
import {prefixes} from '../../store/keys.ts'
import {unitColumns} from './columns.ts'
import {filterUnits, type Narrowed} from './list-filter.ts'
import type {ListSource} from './listing.ts'

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
