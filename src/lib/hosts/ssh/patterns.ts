/**
 * Whether a word matches one pattern: `*` any text, `?` one character (ssh_config(5), "PATTERNS"). Case counts; lower it where
 * it must not.
 */
export function matchesPattern(pattern: string, word: string): boolean {
  const parts = pattern.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${parts.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(word)
}

/** Whether a word matches a list: one of its patterns at least, and none that begins with `!` (ssh_config(5), "PATTERNS"). */
export function matchesPatterns(patterns: readonly string[], word: string): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), word)) return false
    } else if (matchesPattern(pattern, word)) matched = true
  }
  return matched
}
