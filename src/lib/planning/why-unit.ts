import {targetOf} from '../cluster/rows.ts'
import type {ClusterView} from '../cluster/view.ts'
import {takeSnapshot} from '../engine/snapshot.ts'
import {UnitShelf} from '../engine/unit-shelf.ts'
import {describeMiss, groupMisses, type MissGroup, missingMetadata, remedyFor} from '../scheduler/miss.ts'
import {describeObjections, type Objection} from '../scheduler/objection.ts'
import type {Mover} from '../scheduler/way-in.ts'
import {type Explaining, type Explanation, explainer, type Prospect, type Victim} from '../scheduler/why.ts'
import {changed} from './change.ts'
import type {Moment} from './rehearse.ts'

/** Why one unit is where it is, or nowhere. Its keys are those of `ctl why -o json`. */
export interface UnitWhy {
  readonly unit: string
  /** As it is wanted; null for a unit that is not known. */
  readonly desiredState: string | null
  /** It is not wanted to have a place: this tells what would be if it were started. */
  readonly supposed: boolean
  readonly verdict: Explanation['verdict']
  /** Whether it has a place, or gets one without anybody doing anything. */
  readonly hasPlace: boolean
  /** All of it in one sentence. */
  readonly text: string
  /** Where it stands or would stand, by id. */
  readonly places: readonly string[]
  /** Why there. */
  readonly reason: string | null
  /** Where it would be placed if it had no place now, by id; null where nowhere, and for a unit that has none anyway. */
  readonly again: string | null
  /** Why nothing is moved away from lost machines, while that is so. */
  readonly hold: string | null
  readonly victims: readonly Victim[]
  /** The machines that come nearest, or all. */
  readonly machines: readonly MachineWhy[]
  /** The others, grouped. */
  readonly groups: readonly MissGroup[]
  /** Metadata that is all that machines lack, with what lists call those machines. */
  readonly missingMetadata: readonly {readonly set: string; readonly machines: readonly string[]}[]
}

/** How a machine suits the unit. */
export interface MachineWhy {
  readonly machine: string
  readonly name: string
  /** It stands there, or is about to. */
  readonly stands: boolean
  readonly fits: boolean
  /** Hundredths of a machine that it costs to put it there; the least wins. Null where it does not fit. */
  readonly cost: number | null
  /** All that speaks against it, in words; empty where nothing does. */
  readonly text: string
  /** What would have to happen for it to fit; null where nothing helps or none is known. */
  readonly remedy: string | null
  readonly objections: readonly Objection[]
  readonly way: readonly Mover[]
}

export interface WhyOptions extends Moment {
  /** Unit files that the cluster does not know: told as if they were started. */
  readonly submissions?: readonly {readonly name: string; readonly text: string}[]
  /** Whether those files take the place of others under the same name. */
  readonly replace?: boolean
  readonly shelf?: UnitShelf
  /** Only this machine, by id. */
  readonly machine?: string | undefined
  /** Every machine in detail. */
  readonly all: boolean
}

/** Explains each unit. One that is not wanted is taken as if it were started; units are looked at together. */
export function whyUnits(view: ClusterView, names: readonly string[], options: WhyOptions): readonly UnitWhy[] {
  const {revision, now, submissions = [], replace = false, shelf = new UnitShelf(), machine, all} = options
  const files = new Set(submissions.map(({name}) => name))
  const isWanted = (name: string) => (view.units.get(name)?.desiredState ?? 'inactive') !== 'inactive'
  const supposed = new Set(names.filter(name => files.has(name) || !isWanted(name)))
  const units = [...supposed]
  const change = {kind: 'wish', wish: 'start', units, submissions, replace} as const
  const looked = supposed.size === 0 ? view : changed(view, change, revision + 1)
  const explain = explainer(takeSnapshot(looked, shelf, {now}))
  return names.map(name => {
    const explanation = explain(name, {near: nearest, machine} satisfies Explaining)
    return tell(explanation, {
      view: looked,
      desiredState: view.units.get(name)?.desiredState ?? null,
      supposed: supposed.has(name),
      machine,
      all,
    })
  })
}

/** So many machines are told in detail. */
const nearest = 5

interface Telling {
  readonly view: ClusterView
  readonly desiredState: string | null
  readonly supposed: boolean
  readonly machine: string | undefined
  readonly all: boolean
}

function tell(explanation: Explanation, telling: Telling): UnitWhy {
  const {view, desiredState, supposed, machine, all} = telling
  const {unit, verdict, prospects, machines: places, victims} = explanation
  const seen = machine === undefined ? prospects : prospects.filter(each => each.machine === machine)
  const shown = new Set(all || machine !== undefined ? seen : inDetail(seen))
  const rest = seen.filter(each => !shown.has(each))
  const [first] = prospects
  const standing = places.map(place => view.assignments.get(place)?.get(unit)?.reason).find(each => each !== undefined)
  const fitting = rest.filter(({objections}) => objections.length === 0)
  return {
    unit,
    desiredState,
    supposed,
    verdict,
    hasPlace: machine === undefined ? hasPlace(explanation) : seen.some(isPlace),
    text: sentence(explanation, telling),
    places,
    reason: explanation.reason ?? standing ?? null,
    again: verdict === 'stands' && first?.objections.length === 0 ? first.machine : null,
    hold: view.hold ?? null,
    victims,
    machines: [...shown].map(machineWhy),
    groups: [
      ...(fitting.length === 0
        ? []
        : [{count: fitting.length, text: costText(fitting), machines: fitting.map(({label}) => label)}]),
      ...groupMisses(rest.filter(({objections}) => objections.length > 0)),
    ],
    missingMetadata: missingMetadata(seen),
  }
}

/** Where it stands, the best that fit beside that, and the nearest misses. */
function inDetail(prospects: readonly Prospect[]): readonly Prospect[] {
  const standing = prospects.filter(({stands}) => stands)
  const others = prospects.filter(({stands}) => !stands)
  // A global unit stands on many.
  return [...standing.slice(0, nearest), ...others.slice(0, nearest)]
}

function hasPlace({verdict, machines}: Explanation): boolean {
  return machines.length > 0 || verdict === 'fits' || verdict === 'waits' || verdict === 'finished'
}

function isPlace({stands, objections, awaits}: Prospect): boolean {
  return stands || objections.length === 0 || awaits !== undefined
}

function machineWhy(prospect: Prospect): MachineWhy {
  const {machine, label, stands, objections, cost, way} = prospect
  return {
    ...{machine, name: label, stands, fits: objections.length === 0, cost: cost ?? null},
    ...{text: describeMiss(prospect), remedy: remedyFor(prospect) ?? null, objections, way: way ?? []},
  }
}

function costText(fitting: readonly Prospect[]): string {
  const costs = fitting.map(({cost}) => cost ?? 0)
  return `fit, at a cost of ${roundedCost(Math.min(...costs))} to ${roundedCost(Math.max(...costs))}`
}

/** `12.5`. */
export function roundedCost(cost: number): string {
  return String(Math.round(cost * 10) / 10)
}

function sentence({unit, verdict, machines, reason, victims, prospects}: Explanation, {view, supposed}: Telling): string {
  const on = machines.map(machine => targetOf(view, machine)).join(', ')
  const why = reason === undefined ? '' : `: ${reason}`
  switch (verdict) {
    case 'stands': {
      const lost = machines.filter(machine => !view.machines.has(machine))
      return `${unit} stands on ${on}${lost.length === 0 ? '' : `, of which lost: ${lost.length}`}`
    }
    case 'fits':
      return `${unit} ${supposed ? 'would be' : 'is about to be'} placed on ${on}${why}`
    case 'waits': {
      const [place] = prospects.filter(({awaits}) => awaits !== undefined)
      const own = (place?.awaits ?? []).map(name => `${name} has stopped on ${place?.label}`)
      const told = victims.map(victim => `${victim.unit} has stopped on ${targetOf(view, victim.machine)}`)
      const until = [...(told.length > 0 ? told : own)].join(' and ')
      return `${unit} ${supposed ? 'would be' : 'is'} placed as soon as ${until === '' ? 'it has stopped where it was' : until}`
    }
    case 'refused': {
      const objections = prospects.flatMap(each => each.objections.slice(0, 1))
      return `${unit} ${supposed ? 'would have' : 'has'} no place: ${describeObjections(objections)}`
    }
    case 'finished':
      return `${unit} has succeeded, and is not placed again until it is started anew`
    case 'frozen':
      return `${unit} stays as it is: its record, its place or its unit file cannot be read`
    case 'unwanted':
      return `${unit} is not wanted to have a place`
  }
}
