import {ClusterView} from '../cluster/view.ts'

/** Another view that shows the same, for changes that nobody else is to see. What it holds is never changed in place, only replaced. */
export function copyView(view: ClusterView): ClusterView {
  const copy = new ClusterView()
  copyInto(copy.files, view.files)
  copyInto(copy.units, view.units)
  copyInto(copy.machines, view.machines)
  copyInto(copy.settings, view.settings)
  copyInto(copy.refusals, view.refusals)
  copyInto(copy.unreadable, view.unreadable)
  for (const [machine, units] of view.assignments) copy.assignments.set(machine, new Map(units))
  for (const [machine, units] of view.states) copy.states.set(machine, new Map(units))
  copyInto(copy.moves, view.moves)
  copy.clusterSettings = view.clusterSettings
  copy.leader = view.leader
  copy.hold = view.hold
  copy.clusterId = view.clusterId
  return copy
}

function copyInto<V>(to: Map<string, V>, from: ReadonlyMap<string, V>): void {
  for (const [key, value] of from) to.set(key, value)
}
