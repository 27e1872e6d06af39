/** Where a node stands in a graph of what depends on what. */
export interface Standing {
  /** The same for two nodes exactly when each depends on the other, however far around. */
  readonly ring: number
  /** 0 for what depends on nothing, else one more than the deepest outside its ring that it depends on. */
  readonly depth: number
}

/**
 * Finds who depends on each other in a ring, and in what order the rest can be decided: whatever a node depends on
 * outside its own ring has a smaller depth. Tarjan's strongly connected components, without recursion, so that long
 * chains are no danger.
 */
export function standings(dependsOn: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, Standing> {
  const standing = new Map<string, Standing>()
  const visits = new Map<string, Visit>()
  const open: Visit[] = []
  const enter = (node: string): Visit => {
    const visit = {node, order: visits.size, lowest: visits.size, rest: (dependsOn.get(node) ?? []).values()}
    visits.set(node, visit)
    open.push(visit)
    return visit
  }
  for (const start of dependsOn.keys()) {
    if (visits.has(start)) continue
    const path = [enter(start)]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next()
      if (next.done) {
        path.pop()
        const parent = path.at(-1)
        if (parent !== undefined) parent.lowest = Math.min(parent.lowest, top.lowest)
        if (top.lowest === top.order) close(open.splice(open.lastIndexOf(top)))
        continue
      }
      const seen = visits.get(next.value)
      if (seen === undefined) path.push(enter(next.value))
      else if (!standing.has(next.value)) top.lowest = Math.min(top.lowest, seen.order)
    }
  }
  return standing

  function close(ring: readonly Visit[]): void {
    const depths = ring.flatMap(({node}) => (dependsOn.get(node) ?? []).map(other => standing.get(other)?.depth ?? 0))
    const depth = depths.reduce((deepest, each) => Math.max(deepest, each + 1), 0)
    for (const {node} of ring) standing.set(node, {ring: ring[0]?.order ?? 0, depth})
  }
}

interface Visit {
  readonly node: string
  readonly order: number
  /** The earliest node still open that can be reached from here. */
  lowest: number
  readonly rest: Iterator<string>
}
