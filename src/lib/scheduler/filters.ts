import {conditionText, holds} from '../unit/placement/condition.ts'
import type {Unit} from '../unit/unit.ts'
import {familyOf} from './census.ts'
import type {Objection} from './objection.ts'
import type {Room} from './room.ts'

/** One rule of placement: its objection to this unit in this room, or undefined. */
export interface Filter {
  readonly object: (unit: Unit, room: Room) => Objection | undefined
  /**
   * Whether it also speaks against a unit that stands there already: never; of itself or against those who stood there
   * before (`alone`); or only once it is known who else stays (`together`).
   */
  readonly evicts: 'never' | 'alone' | 'together'
  /** Whether it looks at what the machine is, at how large it is, or at who else stands there. */
  readonly about: 'machine' | 'size' | 'others'
}

/** Every rule, in the order in which objections are told: what cannot change first. */
export const filters: readonly Filter[] = [
  {object: unreadable, evicts: 'never', about: 'machine'},
  {object: driver, evicts: 'never', about: 'machine'},
  {object: machineId, evicts: 'alone', about: 'machine'},
  {object: metadata, evicts: 'alone', about: 'machine'},
  {object: conditions, evicts: 'alone', about: 'machine'},
  {object: tooSmall, evicts: 'never', about: 'size'},
  {object: peers, evicts: 'together', about: 'others'},
  {object: conflicts, evicts: 'alone', about: 'others'},
  {object: stopping, evicts: 'never', about: 'others'},
  {object: replaced, evicts: 'together', about: 'others'},
  {object: ports, evicts: 'alone', about: 'others'},
  {object: portsGivenUp, evicts: 'never', about: 'others'},
  {object: maxPer, evicts: 'never', about: 'others'},
  {object: shortage, evicts: 'never', about: 'others'},
  {object: leaving, evicts: 'alone', about: 'machine'},
  {object: cordoned, evicts: 'never', about: 'machine'},
]

const alone = filters.filter(filter => filter.evicts === 'alone')
const together = filters.filter(filter => filter.evicts === 'together')
const ofMachine = filters.filter(filter => filter.about === 'machine')
const ofSize = filters.filter(filter => filter.about === 'size')
const ofOthers = filters.filter(filter => filter.about === 'others')

/** The first objection to placing the unit here. */
export function objectionToPlace(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(filters, unit, room)
}

/** The first objection to placing the unit here, whoever else is here and however much it asks for. */
export function objectionOfMachine(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(ofMachine, unit, room)
}

/** The first objection to placing the unit here for what it asks for, even if nobody else were here. */
export function objectionOfSize(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(ofSize, unit, room)
}

/** The first objection to placing the unit here for who else is here. */
export function objectionOfOthers(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(ofOthers, unit, room)
}

/** The first objection to a unit that stands here already, while the room fills again by seniority. */
export function objectionToReturn(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(alone, unit, room)
}

/** The first objection to a unit that stands here already, now that the room is full: a peer is missing, another replaces it. */
export function objectionToStay(unit: Unit, room: Room): Objection | undefined {
  return firstObjection(together, unit, room)
}

function firstObjection(rules: readonly Filter[], unit: Unit, room: Room): Objection | undefined {
  for (const rule of rules) {
    const objection = rule.object(unit, room)
    if (objection !== undefined) return objection
  }
  return undefined
}

function unreadable(_: Unit, {machine}: Room): Objection | undefined {
  return machine.unreadable ? {kind: 'unreadable'} : undefined
}

function driver(unit: Unit, {machine}: Room): Objection | undefined {
  return machine.drivers.includes(unit.driver) ? undefined : {kind: 'driver', driver: unit.driver}
}

/** fleet matches the whole id or its first eight characters; a machine's name is as good. */
function machineId({placement}: Unit, {machine}: Room): Objection | undefined {
  const wanted = placement.machineId
  if (wanted === undefined || wanted === machine.id || wanted === machine.id.slice(0, 8) || wanted === machine.label)
    return undefined
  return {kind: 'machine-id', wanted}
}

/** Every key must be there with one of its values. */
function metadata({placement}: Unit, {machine}: Room): Objection | undefined {
  for (const key in placement.metadata) {
    const values = placement.metadata[key] ?? []
    const has = machine.metadata[key]
    if (has === undefined || !values.includes(has)) return {kind: 'metadata', key, values}
  }
  return undefined
}

function conditions({placement}: Unit, {machine}: Room): Objection | undefined {
  const failed = placement.conditions?.find(condition => !holds(condition, machine.metadata))
  return failed && {kind: 'condition', asked: conditionText(failed)}
}

/** Even an empty machine would not do. */
function tooSmall({requests}: Unit, {whole}: Room): Objection | undefined {
  return whole.shortage(requests)
}

/** Its own name among its peers asks for nothing. */
function peers({name, placement}: Unit, room: Room): Objection | undefined {
  const missing = placement.machineOf.find(peer => peer !== name && (!room.units.has(peer) || room.expected.has(peer)))
  return missing === undefined ? undefined : {kind: 'peer', peer: missing}
}

function conflicts(unit: Unit, room: Room): Objection | undefined {
  const other = room.conflictOf(unit)
  return other === undefined ? undefined : {kind: 'conflict', other}
}

/** As conflicts, with what is on its way out; a unit that comes back to where it is stopping conflicts with nobody. */
function stopping(unit: Unit, room: Room): Objection | undefined {
  for (const [name, other] of room.stopping)
    if (room.ties.conflicts.between(unit, name, other)) return {kind: 'stopping', other: name}
  return undefined
}

function replaced(unit: Unit, room: Room): Objection | undefined {
  for (const by of room.replacing) if (room.ties.bonds.replaces(by, unit.name)) return {kind: 'replaced', by}
  return undefined
}

function ports({name, requests}: Unit, room: Room): Objection | undefined {
  return room.stock.portTaken(name, requests.ports, holder => room.units.has(holder))
}

/** As ports, with what is on its way out: whoever stands there already need not leave for it. */
function portsGivenUp({name, requests}: Unit, room: Room): Objection | undefined {
  return room.stock.portTaken(name, requests.ports, holder => !room.units.has(holder))
}

function maxPer({name, placement}: Unit, room: Room): Objection | undefined {
  if (placement.maxPer === undefined) return undefined
  const family = familyOf(name)
  for (const {key, most} of placement.maxPer) {
    if (key === undefined) {
      if (room.countOf(family) >= most) return {kind: 'max-per', most, family}
      continue
    }
    const value = room.machine.metadata[key]
    if (value !== undefined && room.ties.census.count(family, key, value) >= most)
      return {kind: 'max-per', most, family, where: `${key}=${value}`}
  }
  return undefined
}

function shortage({requests}: Unit, room: Room): Objection | undefined {
  return room.stock.shortage(requests)
}

function leaving(_: Unit, {machine}: Room): Objection | undefined {
  return machine.leaving ? {kind: 'leaving'} : undefined
}

function cordoned(_: Unit, {machine}: Room): Objection | undefined {
  return machine.cordoned ? {kind: 'cordoned'} : undefined
}
