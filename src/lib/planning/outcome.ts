import {unreachable} from '../base/errors.ts'
import {compareNatural} from '../base/natural-order.ts'
import type {Assignment} from '../cluster/model.ts'
import {targetOf} from '../cluster/rows.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {Rehearsal} from './rehearse.ts'

/**
 * What would become of one unit. `place`: it gets a place; `move`: it changes its place; `stop`: it is no longer to run, or to be
 * there; `evict`: it loses its place without another; `refuse`: it would have to have a place and gets none; `start`, `restart` and
 * `update`: it stays and something else is asked of it; `lost`: nobody moves it from a machine that is not there.
 */
export interface Outcome {
  readonly kind: 'place' | 'move' | 'stop' | 'evict' | 'refuse' | 'start' | 'restart' | 'update' | 'lost'
  readonly unit: string
  /** Machines by id. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Why it leaves, why it comes, why it has no place. */
  readonly reasons: readonly string[]
}

/** Everything that would be other than before, by what it is and by name. Units of `asked` are told also where nothing fits them as before. */
export function outcomesOf(rehearsal: Rehearsal, asked: readonly string[]): readonly Outcome[] {
  const {before, after, decisions} = rehearsal
  const [was, is] = [placesByUnit(before), placesByUnit(after)]
  const told = new Set([...decisions.map(({unit}) => unit), ...asked, ...was.keys()])
  const whys = Map.groupBy(
    decisions.filter(each => each.kind === 'place' || each.kind === 'move' || each.kind === 'evict'),
    ({unit}) => unit,
  )
  return [...told]
    .flatMap(unit => {
      const from = was.get(unit) ?? []
      const to = is.get(unit) ?? []
      const reasons = [...new Set((whys.get(unit) ?? []).map(({reason}) => reason))]
      return outcomeOf({unit, from, to, reasons, isAsked: asked.includes(unit)}, rehearsal) ?? []
    })
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || compareNatural(a.unit, b.unit))
}

/** `move web@1.service from a to b: machine a is leaving; the only machine that fits`. */
export function describeOutcome({kind, unit, from, to, reasons}: Outcome, view: ClusterView): string {
  const named = (machines: readonly string[]) => machines.map(each => targetOf(view, each)).join(', ')
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`
  switch (kind) {
    case 'place':
      return `place ${unit} on ${named(to)}${why}`
    case 'move':
      return `move ${unit} from ${named(from)} to ${named(to)}${why}`
    case 'stop':
      return `stop ${unit} on ${named(from)}${why}`
    case 'evict':
      return `evict ${unit} from ${named(from)}${why}`
    case 'lost':
      return `leave ${unit} on ${named(from)}${why}`
    case 'refuse':
      return `refuse ${unit}${why}`
    case 'start':
    case 'restart':
    case 'update':
      return `${kind} ${unit} on ${named(to)}${why}`
    default:
      return unreachable(kind)
  }
}

/** Whether a unit would have no place that is to have one. */
export function isMissing({kind}: Outcome): boolean {
  return kind === 'evict' || kind === 'refuse'
}

const order: readonly Outcome['kind'][] = ['refuse', 'evict', 'lost', 'move', 'place', 'start', 'restart', 'update', 'stop']

interface Seen {
  readonly unit: string
  readonly from: readonly Assignment[]
  readonly to: readonly Assignment[]
  readonly reasons: readonly string[]
  readonly isAsked: boolean
}

function outcomeOf({unit, from, to, reasons, isAsked}: Seen, {before, after, hold}: Rehearsal): Outcome | undefined {
  const left = machinesOf(from).filter(machine => !machinesOf(to).includes(machine))
  const come = machinesOf(to).filter(machine => !machinesOf(from).includes(machine))
  const told = (kind: Outcome['kind'], why = reasons) => ({kind, unit, from: left, to: come, reasons: why})
  const wanted = after.units.get(unit)
  if (wanted === undefined || wanted.desiredState === 'inactive') return left.length > 0 ? told('stop', []) : undefined
  if (left.length > 0 && come.length > 0) return told('move')
  if (come.length > 0) return told('place')
  const refusal = after.refusals.get(unit)?.objections
  const why = refusal === undefined ? reasons : [...reasons, refusal]
  if (left.length > 0) return to.length > 0 ? told('stop') : told('evict', why)
  if (to.length === 0) {
    const isNews = isAsked || before.refusals.get(unit)?.objections !== refusal
    return refusal !== undefined && isNews ? told('refuse', why) : undefined
  }
  const lost = to.filter(({machine}) => !after.machines.has(machine) && before.machines.has(machine))
  if (lost.length > 0)
    return {kind: 'lost', unit, from: machinesOf(lost), to: [], reasons: hold === undefined ? ['its machine is lost'] : [hold]}
  const kind = changeOf(from, to)
  return kind && {kind, unit, from: kind === 'stop' ? machinesOf(to) : [], to: machinesOf(to), reasons: []}
}

/** What is asked anew of a unit that stays. */
function changeOf(from: readonly Assignment[], to: readonly Assignment[]): 'start' | 'stop' | 'restart' | 'update' | undefined {
  for (const is of to) {
    const was = from.find(({machine}) => machine === is.machine)
    if (was === undefined) continue
    if (was.desiredState !== is.desiredState) return is.desiredState === 'launched' ? 'start' : 'stop'
    if (was.generation !== is.generation) return 'restart'
    if (was.file !== is.file) return 'update'
  }
  return undefined
}

function machinesOf(assignments: readonly Assignment[]): readonly string[] {
  return assignments.map(({machine}) => machine)
}

function placesByUnit(view: ClusterView): ReadonlyMap<string, readonly Assignment[]> {
  return Map.groupBy(view.allAssignments(), ({unit}) => unit)
}
