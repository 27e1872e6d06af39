import {formatByteSize} from '../base/byte-size.ts'
import {onceEach} from '../base/once-each.ts'

/** Why a unit may not stand on a machine, as a value: one kind a filter. */
export type Objection =
  | {readonly kind: 'unreadable'}
  | {readonly kind: 'cordoned'}
  | {readonly kind: 'leaving'}
  | {readonly kind: 'driver'; readonly driver: string}
  | {readonly kind: 'machine-id'; readonly wanted: string}
  | {readonly kind: 'metadata'; readonly key: string; readonly values: readonly string[]}
  | {readonly kind: 'peer'; readonly peer: string}
  | {readonly kind: 'conflict'; readonly other: string}
  /** As a conflict, with a unit that is on its way out: it passes by itself. */
  | {readonly kind: 'stopping'; readonly other: string}
  /** There is room as soon as these have stopped: it passes by itself. */
  | {readonly kind: 'awaited'; readonly others: readonly string[]}
  | {readonly kind: 'replaced'; readonly by: string}
  /** Metadata is not as it is asked for: the condition as it was written. */
  | {readonly kind: 'condition'; readonly asked: string}
  /** Too little is left of cpu, memory (bytes), disk (bytes) or a device. */
  | {readonly kind: 'short'; readonly resource: string; readonly need: number; readonly free: number}
  | {readonly kind: 'port'; readonly port: string; readonly other: string}
  /** So many of its family are there already: on the machine, or on all that share `where`, such as `zone=a`. */
  | {readonly kind: 'max-per'; readonly most: number; readonly family: string; readonly where?: string}

/** `lacks role=db`, or of several machines with the same kind of objection `lack role=db`. */
export function describeObjection(objection: Objection): string {
  return describeAlike([objection])
}

/**
 * One line for all machines, commonest first: `3 machines: 2 lack role=db, 1 runs conflicting db@1.service`. Units alike share
 * their objections, for which it is worked out once.
 */
export const describeObjections = onceEach((objections: readonly Objection[]): string => {
  if (objections.length === 0) return 'no machine is registered'
  const groups = new Map<string, Objection[]>()
  for (const objection of objections) {
    const key = likeness(objection)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [objection])
    else group.push(objection)
  }
  const parts = [...groups.values()].sort((a, b) => b.length - a.length).map(group => `${group.length} ${describeAlike(group)}`)
  return `${objections.length} ${objections.length === 1 ? 'machine' : 'machines'}: ${parts.join(', ')}`
})

/** Objections that are told together: of one kind, for metadata of one key, for what is short of one resource. */
export function likeness(objection: Objection): string {
  switch (objection.kind) {
    case 'metadata':
      return `metadata ${objection.key}=${objection.values.join('|')}`
    case 'condition':
      return `condition ${objection.asked}`
    case 'short':
      return `short ${objection.resource}`
    case 'port':
      return `port ${objection.port}`
    default:
      return objection.kind
  }
}

/** What a group of like objections says, its verb in the number of the machines. */
export function describeAlike(group: readonly Objection[]): string {
  const [objection] = group
  if (objection === undefined) return ''
  const one = group.length === 1
  switch (objection.kind) {
    case 'unreadable':
      return one ? 'has a record that cannot be read' : 'have records that cannot be read'
    case 'cordoned':
      return one ? 'is cordoned' : 'are cordoned'
    case 'leaving':
      return one ? 'is leaving' : 'are leaving'
    case 'driver':
      return `${one ? 'lacks' : 'lack'} the ${objection.driver} driver`
    case 'machine-id':
      return `${one ? 'is' : 'are'} not machine ${objection.wanted}`
    case 'metadata':
      return `${one ? 'lacks' : 'lack'} ${objection.key}=${objection.values.join('|')}`
    case 'peer':
      return `${one ? 'does' : 'do'} not run ${names(group)}`
    case 'conflict':
      return `${one ? 'runs' : 'run'} conflicting ${names(group)}`
    case 'stopping':
      return `${one ? 'is' : 'are'} still stopping conflicting ${names(group)}`
    case 'condition':
      return `${one ? 'is' : 'are'} not ${objection.asked}`
    case 'short':
      return shortOf(group, one)
    case 'port':
      return `${one ? 'has' : 'have'} port ${objection.port} taken by ${names(group)}`
    case 'max-per': {
      const where =
        objection.where === undefined
          ? ''
          : ` in ${[...new Set(group.flatMap(each => (each.kind === 'max-per' ? (each.where ?? []) : [])))].slice(0, namesShown).join(', ')}`
      return `${one ? 'has' : 'have'} ${objection.most} of ${objection.family}*${where} already`
    }
    case 'awaited':
      return `${one ? 'has' : 'have'} room once ${names(group) || 'others'} has stopped`
    case 'replaced':
      return `${one ? 'runs' : 'run'} ${names(group)}, which ${one ? 'replaces' : 'replace'} it`
  }
}

/** The nearest to fit says how much is missing. */
function shortOf(group: readonly Objection[], one: boolean): string {
  const nearest = group.filter(each => each.kind === 'short').sort((a, b) => b.free - a.free)[0]
  if (nearest === undefined) return ''
  const {resource, need, free} = nearest
  const amount = (value: number) => amountText(resource, value)
  return one
    ? `has ${amount(free)} ${resource} free of the ${amount(need)} it needs`
    : `have less ${resource} free than the ${amount(need)} it needs (${amount(free)} at most)`
}

export function amountText(resource: string, value: number): string {
  return resource === 'memory' || resource === 'disk' ? formatByteSize(value) : String(Math.round(value * 1000) / 1000)
}

const namesShown = 3

function names(group: readonly Objection[]): string {
  const all = [...new Set(group.flatMap(nameIn))]
  const shown = all.slice(0, namesShown).join(', ')
  return all.length > namesShown ? `${shown} and ${all.length - namesShown} more` : shown
}

function nameIn(objection: Objection): readonly string[] {
  if (objection.kind === 'peer') return [objection.peer]
  if (objection.kind === 'conflict' || objection.kind === 'stopping' || objection.kind === 'port') return [objection.other]
  if (objection.kind === 'awaited') return objection.others
  return objection.kind === 'replaced' ? [objection.by] : []
}
