/** Why a unit may not stand on a machine, as a value: one kind a filter. */
export type Objection =
  | {readonly kind: 'cordoned'}
  | {readonly kind: 'leaving'}
  | {readonly kind: 'driver'; readonly driver: string}
  | {readonly kind: 'machine-id'; readonly wanted: string}
  | {readonly kind: 'metadata'; readonly key: string; readonly values: readonly string[]}
  | {readonly kind: 'peer'; readonly peer: string}
  | {readonly kind: 'conflict'; readonly other: string}
  | {readonly kind: 'replaced'; readonly by: string}

/** `lacks role=db`, or for several machines `lack role=db`. */
export function describeObjection(objection: Objection, machines = 1): string {
  const one = machines === 1
  switch (objection.kind) {
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
      return `${one ? 'does' : 'do'} not run ${objection.peer}`
    case 'conflict':
      return `${one ? 'runs' : 'run'} conflicting ${objection.other}`
    case 'replaced':
      return `${one ? 'runs' : 'run'} ${objection.by}, which replaces it`
  }
}

/** One line for all machines, commonest first: `3 machines: 2 lack role=db, 1 runs conflicting db@1.service`. */
export function describeObjections(objections: readonly Objection[]): string {
  if (objections.length === 0) return 'no machine is registered'
  const groups = new Map<string, Objection[]>()
  for (const objection of objections) {
    const text = describeObjection(objection)
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [objection])
    else group.push(objection)
  }
  const parts = [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .flatMap(group => (group[0] === undefined ? [] : [`${group.length} ${describeObjection(group[0], group.length)}`]))
  return `${objections.length} ${objections.length === 1 ? 'machine' : 'machines'}: ${parts.join(', ')}`
}
