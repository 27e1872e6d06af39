/** The prefixes sorted, without those that another one covers: disjoint, so that what they hold can be listed in turn. */
export function disjointPrefixes(prefixes: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const prefix of [...prefixes].sort()) {
    const last = kept.at(-1)
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix)
  }
  return kept
}

/** Whether a key is under one of the prefixes. */
export function underAny(prefixes: readonly string[], key: string): boolean {
  return prefixes.some(prefix => key.startsWith(prefix))
}
