import {describeFiles, type UnitFileRow, unitFileRows} from '../../cluster/unit-file-rows.ts'
import {prefixes} from '../../store/keys.ts'
import {unitFileColumns} from './columns.ts'
import {filterUnitFiles, type Narrowed} from './list-filter.ts'
import type {ListSource} from './listing.ts'

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
