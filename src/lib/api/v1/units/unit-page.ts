import type {UnitRow} from '../../../cluster/rows.ts'
import {HttpError} from '../../http.ts'
import type {Glimpse} from '../../live-cluster.ts'
import type {UnitItem} from '../lists/cluster-rows.ts'
import type {Tools} from '../tools.ts'

/** All that is known of one unit. */
export interface UnitPage extends UnitItem {
  readonly revision: number
  readonly description: string | null
  readonly driver: string | null
  readonly refusal: string | null
  readonly states: readonly UnitRow[]
  /** By machine, the last lines of a unit that failed. */
  readonly logs?: Readonly<Record<string, readonly string[]>>
}

/** Throws HttpError 404 for a unit that is not known, 409 for one whose record cannot be read. */
export function unitPage(name: string, glimpse: Glimpse, {shelf, facts}: Pick<Tools, 'shelf' | 'facts'>): UnitPage {
  const {view, index, revision} = glimpse
  const rows = shelf.of(glimpse)
  const item = rows.unit(name)
  if (item === undefined) throw unknownUnit(name, view.unreadable.get(`units/${name}`))
  const logs = index.unit(name).machines.flatMap(machine => {
    const log = view.state(machine, name)?.log
    return log === undefined ? [] : [[machine, log] as const]
  })
  return {
    revision,
    ...item,
    ...facts.of(name, item.file, view.files.get(item.file)),
    refusal: view.refusals.get(name)?.reason ?? null,
    states: rows.statesOf(name).map(({row}) => row),
    ...(logs.length === 0 ? {} : {logs: Object.fromEntries(logs)}),
  }
}

/** Of a unit without a record, or with one that cannot be read. */
export function unknownUnit(name: string, problem: string | undefined): HttpError {
  if (problem === undefined) return new HttpError(404, `${name}: no such unit`, {hint: 'GET /v1/units lists what is known'})
  return new HttpError(409, `the record of ${name} cannot be read: ${problem}`, {hint: 'it is left as it is'})
}

/** The tag that `If-Match` compares: of what is wanted of the unit, not of how it is. */
export function unitTag({version}: Pick<UnitItem, 'version'>): string {
  return `"${version}"`
}
