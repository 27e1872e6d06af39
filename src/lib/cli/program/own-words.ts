/**
 * Words of a command line with some flags under another name: a command may give a flag of every command a meaning of its own,
 * as `exec --user` does. Nothing behind `--` is touched.
 */
export function renameFlags(words: readonly string[], names: Readonly<Record<string, string>>): readonly string[] {
  const end = words.indexOf('--')
  return words.map((word, index) => {
    const [flag = ''] = word.split('=', 1)
    const renamed = end >= 0 && index >= end ? undefined : names[flag]
    return renamed === undefined ? word : renamed + word.slice(flag.length)
  })
}
