import type {ClusterView} from '../cluster/view.ts'
import type {PlaceNames} from './place-names.ts'
import {assignedTo, whyNowhere} from './places.ts'

/** What is told of a unit while its lines are followed. */
export interface Standing {
  readonly known: boolean
  /** Ids of machines. */
  readonly assigned: readonly string[]
  readonly lost: readonly string[]
}

export function standingOf(view: ClusterView, unit: string, only?: string): Standing {
  const assigned = assignedTo(view, unit).filter(machine => only === undefined || machine === only)
  return {
    known: view.units.has(unit),
    assigned,
    lost: assigned.filter(machine => !view.machines.has(machine)),
  }
}

/** What has happened to a unit between two looks, in words; each a sentence. */
export function describeMoves(
  names: Pick<PlaceNames, 'of'>,
  view: ClusterView,
  unit: string,
  {before, after}: {readonly before: Standing; readonly after: Standing},
): readonly string[] {
  const name = (machine: string) => names.of(machine)
  if (!after.known) return before.known ? [`${unit} was destroyed`] : []
  const said: string[] = []
  const gone = before.assigned.filter(machine => !after.assigned.includes(machine))
  const come = after.assigned.filter(machine => !before.assigned.includes(machine))
  const [from] = gone
  const [to] = come
  if (gone.length === 1 && come.length === 1 && from !== undefined && to !== undefined)
    said.push(`${unit} moved from ${name(from)} to ${name(to)}`)
  else {
    for (const machine of come) said.push(`${unit} is now on ${name(machine)}`)
    for (const machine of gone) said.push(`${unit} has left ${name(machine)}`)
  }
  if (before.assigned.length > 0 && after.assigned.length === 0) said.push(`${unit} has no place: ${whyNowhere(view, unit)}`)
  for (const machine of after.lost) {
    if (!before.lost.includes(machine)) said.push(`machine ${name(machine)} is lost; ${unit} is waited for`)
  }
  return said
}
