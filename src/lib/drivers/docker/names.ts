import {createHash} from 'node:crypto'
import type {Unit} from '../../unit/unit.ts'
import {at, textAt} from './json.ts'
import {type Owner, ownerOf} from './labels.ts'

/**
 * The names to try for a unit's container, best first: the one the unit insists on or one derived from the unit's
 * name; then the same with the machine's name, for machines that share one Docker; then, for a derived name, one that
 * no other unit has.
 */
export function nameCandidates(unit: Unit, {cluster, machine}: Omit<Owner, 'unit'>, prefix = ''): readonly string[] {
  const insisted = unit.container?.name
  if (insisted !== undefined) return [insisted, `${insisted}-${allowed(machine)}`]
  const derived = prefix + derivedName(unit.name)
  const own = createHash('sha256').update(`${cluster}\n${machine}\n${unit.name}`).digest('hex').slice(0, 8)
  return [derived, `${derived}-${allowed(machine)}`, `${derived}-${own}`]
}

/** `web@1.service` → `web-1`; the characters that Docker refuses become `-`. Docker wants two characters at least. */
function derivedName(unit: string): string {
  const name = allowed(unit.replace(/\.service$/, ''))
  return name.length < 2 ? allowed(unit) : name
}

function allowed(text: string): string {
  return text.replace(/[^a-zA-Z0-9_.-]/g, '-').replace(/^[^a-zA-Z0-9]+/, '')
}

/**
 * The name of a container that was set aside for its successor. It bears its own id, so that no unit can have asked for it:
 * labels cannot be changed, and so the name is the mark.
 */
export function asideName(name: string, id: string): string {
  return `${name}${asideMark(id)}`
}

export function isAside(name: string, id: string): boolean {
  return name.endsWith(asideMark(id))
}

function asideMark(id: string): string {
  return `.before-${id.slice(0, 8)}`
}

/** What a taken name means for who wants it. */
export type Taken =
  | {readonly kind: 'gone'}
  /** An older run of the same unit on the same machine that does not run. */
  | {readonly kind: 'leftover'; readonly id: string}
  /** The same, and it runs. */
  | {readonly kind: 'running'}
  /** The container of another Meissa machine on the same Docker. */
  | {readonly kind: 'elsewhere'}
  /** Another unit's container, or nobody's that Meissa knows. */
  | {readonly kind: 'foreign'; readonly unit: string | undefined}

/** Judges the container that holds a wanted name by what Docker's inspect says of it. */
export function judgeHolder(inspected: unknown, self: Owner): Taken {
  const id = textAt(inspected, 'Id')
  if (id === undefined) return {kind: 'gone'}
  const holder = ownerOf(at(inspected, 'Config', 'Labels'))
  if (holder === undefined) return {kind: 'foreign', unit: undefined}
  if (holder.cluster !== self.cluster || holder.machine !== self.machine) return {kind: 'elsewhere'}
  if (holder.unit !== self.unit) return {kind: 'foreign', unit: holder.unit}
  return at(inspected, 'State', 'Running') === true ? {kind: 'running'} : {kind: 'leftover', id}
}
