import type {Machine} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'

/** A unit on a machine: where lines of it are. */
export interface Place {
  readonly unit: string
  /** The machine's id. */
  readonly machine: string
  /** Undefined while the machine is lost. */
  readonly registered: Machine | undefined
  /** The unit file that it has there, by its hash. */
  readonly file: string
}

/** What identifies a place. */
export function placeKey({unit, machine}: Pick<Place, 'unit' | 'machine'>): string {
  return `${machine}/${unit}`
}

/** Every place that a unit has, also one that it is about to leave, by the machine's id; on `only` if that is given. */
export function placesOf(view: ClusterView, unit: string, only?: string): readonly Place[] {
  const machines = new Set<string>()
  for (const [machine, units] of view.assignments) if (units.has(unit)) machines.add(machine)
  for (const [machine, units] of view.states) if (units.has(unit)) machines.add(machine)
  return [...machines]
    .filter(machine => only === undefined || machine === only)
    .sort()
    .map(machine => ({
      unit,
      machine,
      registered: view.machines.get(machine),
      file: (view.assignments.get(machine)?.get(unit) ?? view.state(machine, unit))?.file ?? '',
    }))
}

/** Where the engine has put a unit, by the machine's id: several for a global one. */
export function assignedTo(view: ClusterView, unit: string): readonly string[] {
  return [...view.assignments].flatMap(([machine, units]) => (units.has(unit) ? [machine] : [])).sort()
}

/** Why a known unit has no place, as a clause. */
export function whyNowhere(view: ClusterView, unit: string): string {
  const record = view.units.get(unit)
  const refusal = view.refusals.get(unit)
  if (record !== undefined && refusal?.unitRevision === record.revision) return refusal.reason
  return record?.desiredState === 'inactive' ? 'it is inactive' : 'it has not been placed yet'
}
