import type {Assignment, Machine, UnitRecord, UnitState} from '../../cluster/model.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {Glimpse} from '../live-cluster.ts'
import type {Places} from './current-state.ts'

/** The cluster at one revision, ordered as fleet orders it: by bytes. Each part is made when somebody asks for it. */
export class Picture {
  readonly view: ClusterView
  #places: ReadonlyMap<string, Found> | undefined
  #states: readonly UnitState[] | undefined
  #machines: readonly Machine[] | undefined
  #units: readonly UnitRecord[] | undefined

  constructor(view: ClusterView) {
    this.view = view
  }

  /** By name. */
  get units(): readonly UnitRecord[] {
    this.#units ??= [...this.view.units.values()].sort((a, b) => compareBytes(a.name, b.name))
    return this.#units
  }

  /** By id. */
  get machines(): readonly Machine[] {
    this.#machines ??= [...this.view.machines.values()].sort((a, b) => compareBytes(a.id, b.id))
    return this.#machines
  }

  /** What machines that are there say of units, by unit, then machine: a lost machine's word is not news any more. */
  get states(): readonly UnitState[] {
    this.#states ??= this.machines
      .flatMap(({id}) => [...(this.view.states.get(id)?.values() ?? [])])
      .sort((a, b) => compareBytes(a.unit, b.unit) || compareBytes(a.machine, b.machine))
    return this.#states
  }

  placesOf(unit: string): Places {
    this.#places ??= findPlaces(this)
    return this.#places.get(unit) ?? nowhere
  }
}

/** Keeps the last picture as long as the cluster stays as it is: a hundred pages of a list are of one or few revisions. */
export class Pictures {
  #last: {readonly view: ClusterView; readonly revision: number; readonly picture: Picture} | undefined

  at({view, revision}: Glimpse): Picture {
    const last = this.#last
    if (last?.view === view && last.revision === revision) return last.picture
    const picture = new Picture(view)
    this.#last = {view, revision, picture}
    return picture
  }
}

interface Found {
  readonly assignments: Assignment[]
  readonly states: UnitState[]
}

const nowhere: Places = {assignments: [], states: []}

function findPlaces({view, machines}: Picture): ReadonlyMap<string, Found> {
  const places = new Map<string, Found>()
  const of = (unit: string) => {
    const known = places.get(unit)
    if (known !== undefined) return known
    const made: Found = {assignments: [], states: []}
    places.set(unit, made)
    return made
  }
  for (const {id} of machines) {
    for (const assignment of view.assignments.get(id)?.values() ?? []) of(assignment.unit).assignments.push(assignment)
    for (const state of view.states.get(id)?.values() ?? []) of(state.unit).states.push(state)
  }
  return places
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
