import {compareNatural} from '../base/natural-order.ts'
import {noRequests, type Requests} from '../unit/placement/requests.ts'
import type {Placement, Unit} from '../unit/unit.ts'
import {filters} from './filters.ts'
import type {Objection} from './objection.ts'
import type {Room} from './room.ts'

/**
 * Everything that speaks against the unit in this room, in the order of the filters: every one is asked, about each thing that the
 * unit asks for by itself. Empty exactly when nothing speaks against it. Of a resource that is short twice, what is left counts.
 */
export function obstaclesTo(unit: Unit, room: Room): readonly Objection[] {
  const found = new Map<string, Objection>()
  const demands = demandsOf(unit)
  for (const filter of filters) {
    for (const demand of demands) {
      const objection = filter.object(demand, room)
      if (objection === undefined) continue
      // Of a machine that is too small even when it is empty, the later one says what is left now.
      for (const each of everyOne(objection, unit, room))
        found.set(each.kind === 'short' ? `short ${each.resource}` : JSON.stringify(each), each)
    }
  }
  return [...found.values()]
}

/** The resources of which the machine would have too little for the unit even if it were empty. */
export function neverEnough(unit: Unit, {whole}: Room): readonly string[] {
  return demandsOf(unit).flatMap(({requests}) => {
    const objection = whole.shortage(requests)
    return objection?.kind === 'short' ? [objection.resource] : []
  })
}

const known = new WeakMap<Unit, readonly Unit[]>()

/** The unit as several, each of which asks for one thing only: a filter tells the first thing that it objects to. */
function demandsOf(unit: Unit): readonly Unit[] {
  const made = known.get(unit) ?? makeDemands(unit)
  known.set(unit, made)
  return made
}

function makeDemands(unit: Unit): readonly Unit[] {
  const {placement, requests} = unit
  const {conditions: _conditions, maxPer: _maxPer, ...rest} = placement
  const bare: Placement = {...rest, metadata: {}, machineOf: []}
  const asking = (more: Partial<Placement>): Unit => ({...unit, placement: {...bare, ...more}, requests: noRequests})
  const taking = (more: Partial<Requests>): Unit => ({...unit, placement: bare, requests: {...noRequests, ...more}})
  return [
    asking({}),
    ...Object.entries(placement.metadata).map(([key, values]) => asking({metadata: {[key]: values}})),
    ...(placement.conditions ?? []).map(condition => asking({conditions: [condition]})),
    ...placement.machineOf.map(peer => asking({machineOf: [peer]})),
    ...(placement.maxPer ?? []).map(limit => asking({maxPer: [limit]})),
    ...requests.ports.map(port => taking({ports: [port]})),
    ...Object.entries(requests.devices).map(([name, count]) => taking({devices: {[name]: count}})),
    ...(requests.cpus > 0 ? [taking({cpus: requests.cpus})] : []),
    ...(requests.memoryBytes > 0 ? [taking({memoryBytes: requests.memoryBytes})] : []),
    ...(requests.diskBytes > 0 ? [taking({diskBytes: requests.diskBytes})] : []),
  ]
}

/** All who are in the way, by name, where the filter tells one. */
function everyOne(told: Objection, unit: Unit, room: Room): readonly Objection[] {
  const {conflicts, bonds} = room.ties
  if (told.kind === 'conflict') {
    const others = [...room.units].flatMap(([name, other]) => (conflicts.between(unit, name, other) ? [name] : []))
    return others.length === 0 ? [told] : others.sort(compareNatural).map(other => ({kind: 'conflict', other}))
  }
  if (told.kind === 'replaced') {
    const others = [...room.replacing].filter(by => bonds.replaces(by, unit.name))
    return others.sort(compareNatural).map(by => ({kind: 'replaced', by}))
  }
  return [told]
}
