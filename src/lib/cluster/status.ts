import {prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import type {UnitRecord, UnitState} from './model.ts'
import {readFiles, readView} from './read.ts'
import {type UnitRow, unitRows} from './rows.ts'

/** All that is known of one unit. */
export interface UnitStatus {
  readonly record: UnitRecord
  readonly description: string | undefined
  readonly driver: string | undefined
  /** One for each machine it is on; a single one without a machine when it has no place; none when it wants none. */
  readonly rows: readonly UnitRow[]
  /** By machine, the last lines of one that failed. */
  readonly logs: ReadonlyMap<string, readonly string[]>
}

/** The status of each unit. Throws NotFoundError that names all unknown ones. */
export async function readStatuses(store: Store, names: readonly string[], signal: AbortSignal): Promise<readonly UnitStatus[]> {
  const texts = await readFiles(store, names, signal)
  const view = await readView(
    store,
    [prefixes.units, prefixes.machines, prefixes.assignments, prefixes.states, prefixes.refusals],
    signal,
  )
  const rows = unitRows(view)
  return names.flatMap(name => {
    const record = view.units.get(name)
    if (record === undefined) return []
    const {unit} = parseUnit(name, texts.get(name) ?? '')
    const states = [...view.states.values()].flatMap(units => units.get(name) ?? [])
    const logs = new Map(
      states
        .filter((state): state is UnitState & {log: string[]} => state.log !== undefined)
        .map(state => [state.machine, state.log]),
    )
    return [{record, description: unit?.description, driver: unit?.driver, rows: rows.filter(row => row.unit === name), logs}]
  })
}
