import type {Glances} from '../../cluster/glances.ts'
import {readGlances, unitPrefixes} from '../../cluster/read.ts'
import {type BriefUnitRow, briefUnitRows, type UnitRow, unitRows} from '../../cluster/rows.ts'
import {prefixes} from '../../store/keys.ts'
import {briefUnitColumns, unitColumns} from './columns.ts'
import {filterUnits, type Narrowed} from './list-filter.ts'
import type {ListFlags, ListOnce, ListSource} from './listing.ts'

/** What `ctl list-units` lists: a unit that finds a place does not go. */
export function unitSource(narrowed: Narrowed): ListSource<UnitRow> {
  return {
    columns: unitColumns,
    prefixes: [...unitPrefixes, prefixes.machineSettings],
    rows: view => filterUnits(unitRows(view), view, narrowed),
    id: row => `${row.unit} ${row.machine ?? ''}`,
    gone: (row, listed) => {
      if (row.target !== null) return `${row.unit} is gone from ${row.target}`
      return listed.has(row.unit) ? undefined : `${row.unit} is gone`
    },
  }
}

/** The same, once, where what is asked for can be seen at a glance; undefined where it cannot. */
export function briefUnitSource(
  narrowed: Narrowed,
  {output, fields}: Pick<ListFlags, 'output' | 'fields'>,
): ListOnce<BriefUnitRow, Glances> | undefined {
  const isBrief = fields === undefined || fields.split(',').every(field => Object.hasOwn(briefUnitColumns.all, field.trim()))
  const {machine, watch} = narrowed.flags
  if (!isBrief || !['table', 'name'].includes(output) || machine !== undefined || watch) return undefined
  return {
    columns: briefUnitColumns,
    read: readGlances,
    rows: glances => filterUnits(briefUnitRows(glances), glances.view, narrowed, () => glances.units),
  }
}
