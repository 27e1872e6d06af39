import {amountText, describeAlike, describeObjection, likeness, type Objection} from './objection.ts'
import type {Mover} from './way-in.ts'
import type {Prospect} from './why.ts'

/** `needs 512M memory, 400M free and is cordoned`: all that speaks against a machine. Empty where nothing does. */
export function describeMiss({objections, tooSmall}: Prospect): string {
  return joined(
    objections.map(each => (each.kind === 'short' ? shortText(each, tooSmall.includes(each.resource)) : describeObjection(each))),
  )
}

/** `web@3.service moves (host2 takes it)`: what would have to happen for a machine to do; undefined where nothing helps, or none is known. */
export function remedyFor({objections, tooSmall, awaits, way, peers}: Prospect): string | undefined {
  if (awaits !== undefined)
    return awaits.length === 0 ? 'it has stopped there' : `${joined(awaits)} ${awaits.length === 1 ? 'has' : 'have'} stopped`
  if (tooSmall.length > 0 || objections.length === 0) return undefined
  const parts: string[] = (way ?? []).map(moverText)
  for (const objection of objections) {
    const text = objectionRemedy(objection, peers ?? {}, way)
    if (text === undefined) return undefined
    if (text !== '') parts.push(text)
  }
  return joined(parts)
}

/** Machines that are alike in what speaks against them. */
export interface MissGroup {
  readonly count: number
  /** `lack role=db and are cordoned`. */
  readonly text: string
  /** How reasons call the machines. */
  readonly machines: readonly string[]
}

/** Machines grouped by what speaks against them, the largest group first. */
export function groupMisses(prospects: readonly Prospect[]): readonly MissGroup[] {
  const groups = Map.groupBy(prospects, ({objections}) => objections.map(likeness).sort().join('\n'))
  return [...groups.values()].map(groupOf).sort((a, b) => b.count - a.count)
}

/** Metadata that is all that some machines lack: `role=db`, with those machines. */
export function missingMetadata(
  prospects: readonly Prospect[],
): readonly {readonly set: string; readonly machines: readonly string[]}[] {
  const found = new Map<string, string[]>()
  for (const {label, objections} of prospects) {
    const [only, ...more] = objections
    if (only?.kind !== 'metadata' || more.length > 0) continue
    const set = `${only.key}=${only.values.join('|')}`
    found.set(set, [...(found.get(set) ?? []), label])
  }
  return [...found].map(([set, machines]) => ({set, machines}))
}

function groupOf(members: readonly Prospect[]): MissGroup {
  const alike = Map.groupBy(
    members.flatMap(({objections}) => objections),
    likeness,
  )
  // Two of one kind on one machine are not two machines.
  const texts = [...alike.values()].map(group => describeAlike(members.length === 1 ? group.slice(0, 1) : plural(group)))
  return {count: members.length, text: joined(texts), machines: members.map(({label}) => label)}
}

/** At least two, for the number of the verb. */
function plural(group: readonly Objection[]): readonly Objection[] {
  return group.length === 1 ? [...group, ...group] : group
}

function shortText({resource, need, free}: Extract<Objection, {kind: 'short'}>, tooSmall: boolean): string {
  const amount = (value: number) => amountText(resource, value)
  return `needs ${amount(need)} ${resource}, ${amount(free)} free${tooSmall ? ', and is too small' : ''}`
}

function moverText({unit, to}: Mover): string {
  return to === null ? `${unit} stops` : `${unit} moves (${to} takes it)`
}

/** Empty for what those who leave take with them. */
function objectionRemedy(objection: Objection, peers: NonNullable<Prospect['peers']>, way: Prospect['way']): string | undefined {
  switch (objection.kind) {
    case 'short':
    case 'port':
    case 'conflict':
      return way === undefined ? undefined : ''
    case 'max-per':
      if (objection.where === undefined) return way === undefined ? undefined : ''
      return `one of ${objection.family}* leaves ${objection.where}`
    case 'metadata':
      return `${objection.key}=${objection.values.join(' or ')} is set there`
    case 'condition':
      return `${objection.asked} holds there`
    case 'cordoned':
      return 'it is uncordoned'
    case 'peer': {
      const places = peers[objection.peer] ?? []
      return `${objection.peer} comes there (it stands ${places.length === 0 ? 'nowhere' : `on ${places.join(', ')}`})`
    }
    case 'stopping':
      return `${objection.other} has stopped`
    case 'awaited':
      return `${joined(objection.others)} has stopped`
    default:
      return undefined
  }
}

/** `a`, `a and b`, `a, b and c`. */
function joined(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}
