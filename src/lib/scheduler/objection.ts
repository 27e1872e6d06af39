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
  | {readonly kind: 'replaced'; readonly by: string}

/** `lacks role=db`, or of several machines with the same kind of objection `lack role=db`. */
export function describeObjection(objection: Objection): string {
  return describeAlike([objection])
}

/** One line for all machines, commonest first: `3 machines: 2 lack role=db, 1 runs conflicting db@1.service`. */
export function describeObjections(objections: readonly Objection[]): string {
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
}

/** Objections that are told together: of one kind, for metadata of one key. */
function likeness(objection: Objection): string {
  return objection.kind === 'metadata' ? `metadata ${objection.key}=${objection.values.join('|')}` : objection.kind
}

/** What a group of like objections says, its verb in the number of the machines. */
function describeAlike(group: readonly Objection[]): string {
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
    case 'replaced':
      return `${one ? 'runs' : 'run'} ${names(group)}, which ${one ? 'replaces' : 'replace'} it`
  }
}

const namesShown = 3

function names(group: readonly Objection[]): string {
  const all = [...new Set(group.flatMap(nameIn))]
  const shown = all.slice(0, namesShown).join(', ')
  return all.length > namesShown ? `${shown} and ${all.length - namesShown} more` : shown
}

function nameIn(objection: Objection): readonly string[] {
  if (objection.kind === 'peer') return [objection.peer]
  if (objection.kind === 'conflict' || objection.kind === 'stopping') return [objection.other]
  return objection.kind === 'replaced' ? [objection.by] : []
}
