interface KnownFlag {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
}

/** The words among these that are flags of the connection, with their values: they say which cluster is being talked of. */
export function connectionWords(words: readonly string[], flags: Readonly<Record<string, KnownFlag>>): readonly string[] {
  const end = words.indexOf('--')
  const own = end < 0 ? words : words.slice(0, end)
  const known = Object.entries(flags)
  return own.flatMap((word, at) => {
    const bare = word.split('=', 1)[0]
    const flag = known.find(([name, {char}]) => bare === `--${name}` || bare === `--no-${name}` || bare === `-${char}`)?.[1]
    if (flag === undefined) return []
    if (flag.type === 'boolean' || word.includes('=')) return [word]
    const value = own[at + 1]
    return value === undefined ? [] : [word, value]
  })
}
