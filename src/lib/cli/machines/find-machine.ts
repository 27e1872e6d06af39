import {NotFoundError, UsageError} from '../../base/errors.ts'
import {compareNatural} from '../../base/natural-order.ts'
import {machineLabel, shortId} from '../../cluster/machine-name.ts'
import type {Machine} from '../../cluster/model.ts'
import {describeUnknownUnits} from '../../cluster/unknown-units.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {expandNames, parseUnitName} from '../../unit/names.ts'
import {suggest} from '../suggest.ts'

/** A machine that a word means, and the unit where the word named one. */
export interface Target {
  readonly machine: Machine
  readonly unit?: string
}

export type TargetKind = 'machine' | 'unit'

/**
 * The registered machine that a word means: its id, its name, its hostname or address, or the beginning of its id, in this
 * order. Throws NotFoundError when there is none, UsageError that names all when there are several.
 */
export function findMachine(view: ClusterView, word: string): Machine {
  const [only, ...others] = machinesCalled(view, word)
  if (only === undefined) throw unknownMachine(view, word)
  if (others.length > 0) throw ambiguous(word, [only, ...others].map(describeMachine), 'write more of the id')
  return only
}

/**
 * The machine that a word means: itself, or as the one that a unit is on. Without a kind it may be either, and a word that is
 * both is ambiguous. Throws NotFoundError when there is neither, and when the unit has no place, with the reason.
 */
export function findTarget(view: ClusterView, word: string, kind?: TargetKind): Target {
  if (kind === 'machine') return {machine: findMachine(view, word)}
  const unit = unitCalled(word, kind)
  const isUnit = unit !== undefined && isKnown(view, unit)
  if (kind === 'unit' || isUnit) {
    const machines = kind === undefined ? machinesCalled(view, word) : []
    if (machines.length > 0)
      throw ambiguous(word, [...machines.map(describeMachine), `unit ${unit}`], '--machine or --unit says which is meant')
    if (unit === undefined || !isUnit) throw describeUnknownUnits([unit ?? word], view.units.keys())
    return {machine: placeOf(view, unit), unit}
  }
  if (machinesCalled(view, word).length === 0 && lostCalled(view, word) === undefined) throw unknownTarget(view, word, unit)
  return {machine: findMachine(view, word)}
}

/** The target that a command line names, by a flag or by its first word. Throws UsageError when it names none, or two. */
export function namedTarget(
  flags: {readonly machine?: string | undefined; readonly unit?: string | undefined},
  word: string | undefined,
): {readonly word: string; readonly kind?: TargetKind} {
  if (flags.machine !== undefined) return {word: flags.machine, kind: 'machine'}
  if (flags.unit !== undefined) return {word: flags.unit, kind: 'unit'}
  if (word !== undefined && word !== '') return {word}
  throw new UsageError('no machine and no unit given', {hint: '`ctl list-machines` shows the machines'})
}

function machinesCalled(view: ClusterView, word: string): readonly Machine[] {
  const machines = [...view.machines.values()].sort((a, b) => compareNatural(a.id, b.id))
  const ways: readonly ((machine: Machine) => boolean)[] = [
    ({id}) => id === word,
    ({name}) => name === word,
    ({hostname, address}) => hostname === word || address === word,
    ({id}) => word !== '' && id.startsWith(word),
  ]
  return ways.map(way => machines.filter(way)).find(found => found.length > 0) ?? []
}

/** The unit's name that a word would be; undefined for one that can be none. Several at once are wrong usage. */
export function unitCalled(word: string, kind: TargetKind | undefined): string | undefined {
  try {
    const [name, ...others] = expandNames(word)
    if (others.length > 0) throw new UsageError(`${word} is several units`, {hint: 'name one'})
    return parseUnitName(name ?? '').name
  } catch (error) {
    if (kind === 'unit') throw error
    return undefined
  }
}

function isKnown(view: ClusterView, unit: string): boolean {
  return view.units.has(unit) || placesOf(view, unit).length > 0
}

function placesOf(view: ClusterView, unit: string): readonly string[] {
  return [...view.assignments].flatMap(([machine, units]) => (units.has(unit) ? [machine] : [])).sort(compareNatural)
}

function placeOf(view: ClusterView, unit: string): Machine {
  const places = placesOf(view, unit)
  const machines = places.flatMap(id => view.machines.get(id) ?? [])
  const [only, second] = machines
  if (only !== undefined && second === undefined) return only
  if (second !== undefined) throw ambiguous(unit, machines.map(describeMachine), 'name the machine: it is on each of these')
  const [lost] = places
  if (lost !== undefined)
    throw new NotFoundError(`${unit} is on ${shortId(lost)}, and that machine is lost`, {
      hint: `\`ctl status ${unit}\` shows more`,
    })
  throw withoutPlace(view, unit)
}

function withoutPlace(view: ClusterView, unit: string): Error {
  if (parseUnitName(unit).isTemplate)
    return new NotFoundError(`${unit} is a template and runs nowhere`, {
      hint: `name an instance of it: ${unit.replace('@.', '@1.')}`,
    })
  const refusal = view.refusals.get(unit)?.reason
  if (refusal !== undefined)
    return new NotFoundError(`${unit} has no place: ${refusal}`, {hint: 'it gets one as soon as a machine fits'})
  if (view.units.get(unit)?.desiredState === 'inactive')
    return new NotFoundError(`${unit} has no place: it is inactive`, {hint: `\`ctl start ${unit}\` gives it one`})
  return new NotFoundError(`${unit} has no place yet`, {hint: 'the engine has not decided: is there an agent that leads?'})
}

function unknownMachine(view: ClusterView, word: string): Error {
  const lost = lostCalled(view, word)
  if (lost !== undefined)
    return new NotFoundError(`machine ${shortId(lost)} is lost: it is not registered any more`, {
      hint: '`ctl list-machines` shows those that are',
    })
  return new NotFoundError(`${word}: no such machine`, {
    hint: `${didYouMean(word, machineWords(view))}\`ctl list-machines\` shows them`,
  })
}

function unknownTarget(view: ClusterView, word: string, unit: string | undefined): Error {
  const units = [...view.units.keys()]
  const meant = didYouMean(word, machineWords(view)) || didYouMean(unit ?? word, units)
  return new NotFoundError(`${word}: no such machine or unit`, {
    hint: `${meant}\`ctl list-machines\` and \`ctl list-units\` show them`,
  })
}

function machineWords(view: ClusterView): readonly string[] {
  return [
    ...new Set(
      [...view.machines.values()].flatMap(({id, name, hostname}) => [...(name === undefined ? [] : [name]), hostname, id]),
    ),
  ]
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = suggest(word, candidates)
  return meant === undefined ? '' : `did you mean ${meant}? `
}

/** A machine that is not registered and still has units, by its id or the beginning of it. */
function lostCalled(view: ClusterView, word: string): string | undefined {
  const ids = [...view.assignments.keys(), ...view.states.keys()]
  return word.length < 4 ? undefined : ids.find(id => id.startsWith(word) && !view.machines.has(id))
}

function describeMachine(machine: Machine): string {
  return `machine ${machineLabel(machine)} (id ${machine.id}, ${machine.address})`
}

function ambiguous(word: string, candidates: readonly string[], hint: string): Error {
  return new UsageError(`${word} may be ${candidates.join(', or ')}`, {hint})
}
