import {compareNatural} from '../../base/natural-order.ts'
import {AmountShelf} from '../../cluster/allocated.ts'
import type {Machine} from '../../cluster/model.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {keys, prefixes} from '../../store/keys.ts'
import {findMachine} from '../machines/find-machine.ts'
import type {TopPage} from './page.ts'
import {sortTop, type TopOrder, topCluster, topMachines, topUnits, type Uses} from './rows.ts'

/** What has to be known of the cluster for `ctl top`. */
export const topPrefixes: readonly string[] = [prefixes.files, prefixes.machines, prefixes.assignments]

export const topSubjects = ['machines', 'units'] as const

export interface TopFlags {
  readonly sort: TopOrder
  /** Only this machine. */
  readonly machine?: string | undefined
}

/** What `ctl top` shows of a cluster, by the flags. */
export class TopLook {
  private readonly what: (typeof topSubjects)[number]
  private readonly flags: TopFlags
  private readonly shelf = new AmountShelf()

  constructor(what: (typeof topSubjects)[number], flags: TopFlags) {
    this.what = what
    this.flags = flags
  }

  /** The machines that are to be asked: those that have units. Throws NotFoundError for a machine that is not registered. */
  asked(view: ClusterView): readonly Machine[] {
    return this.machines(view).filter(({id}) => (view.assignments.get(id)?.size ?? 0) > 0)
  }

  page(view: ClusterView, uses: Uses): TopPage {
    const sight = {view, shelf: this.shelf, uses}
    const registered = this.machines(view)
    const machines = topMachines(registered, sight)
    const cluster = topCluster(machines)
    const {sort, machine} = this.flags
    if (this.what === 'machines') return {cluster, machines: sortTop(machines, sort, row => row.name ?? row.machine)}
    const lost = machine === undefined ? [...view.assignments.keys()].filter(id => !isThere(view, id)) : []
    const units = topUnits([...registered.map(({id}) => id), ...lost], sight)
    return {cluster, units: sortTop(units, sort, row => `${row.unit} ${row.target}`)}
  }

  private machines(view: ClusterView): readonly Machine[] {
    if (this.flags.machine !== undefined) return [findMachine(view, this.flags.machine)]
    return [...view.machines.values()].sort((a, b) => compareNatural(a.id, b.id))
  }
}

function isThere(view: ClusterView, machine: string): boolean {
  return view.machines.has(machine) || view.unreadable.has(keys.machine(machine))
}
