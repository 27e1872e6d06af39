import {globOf, machineParameter, wordsOf} from '../query.ts'
import {text} from '../schema.ts'
import type {ClusterEvent} from './event.ts'
import {eventKinds} from './event.ts'

/** Which events a stream shows. */
export interface EventFilter {
  /** Equal for filters that let the same through; empty: everything. */
  readonly key: string
  accepts(event: ClusterEvent): boolean
}

export const filterParameters = [
  {name: 'kind', summary: `only these kinds, parted by commas: ${eventKinds.join(', ')}`, schema: text('kinds')},
  {name: 'unit', summary: 'only what is about units of this name or glob', schema: text('a glob')},
  {...machineParameter, summary: 'only what is about these machines, by id, parted by commas'},
] as const

/** Throws HttpError 400. */
export function filterOf(query: URLSearchParams): EventFilter {
  const [kinds, unit, machines] = [wordsOf(query, 'kind', eventKinds), globOf(query, 'unit'), wordsOf(query, 'machine')]
  const asked = ['kind', 'unit', 'machine'].map(name => query.get(name))
  return {
    key: asked.every(each => each === null) ? '' : JSON.stringify(asked),
    accepts: event =>
      (kinds === undefined || kinds.has(event.kind)) &&
      (unit === undefined || (event.unit !== undefined && unit(event.unit))) &&
      (machines === undefined || (event.machine !== undefined && machines.has(event.machine))),
  }
}
