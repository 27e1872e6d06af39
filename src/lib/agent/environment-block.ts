const begin = '# Added by Meissa for units; what stands outside these two lines goes before it.'
const end = '# End of what Meissa added.'

/**
 * A file of variables with those added that it lacks, in a block of ours at its end; a block of an earlier time is renewed.
 * What others wrote stays as it is.
 */
export function completedEnvironment(text: string, variables: Readonly<Record<string, string>>): string {
  const others = withoutBlock(text)
  const missing = Object.entries(variables).filter(([name]) => !new RegExp(`^[ \\t]*${name}[ \\t]*=`, 'm').test(others))
  if (missing.length === 0) return others
  const lines = [begin, ...missing.map(([name, value]) => `${name}=${value}`), end]
  return `${others}${others === '' || others.endsWith('\n') ? '' : '\n'}${lines.join('\n')}\n`
}

function withoutBlock(text: string): string {
  const from = text.indexOf(`${begin}\n`)
  const to = text.indexOf(`${end}\n`, from)
  return from < 0 || to < 0 ? text : text.slice(0, from) + text.slice(to + end.length + 1)
}
