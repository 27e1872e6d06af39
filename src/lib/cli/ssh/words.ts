/** What is known of a command's flags, by name. */
export type KnownFlags = Readonly<
  Record<
    string,
    {readonly type: 'boolean' | 'option'; readonly char?: string | undefined; readonly allowNo?: boolean | undefined}
  >
>

/** The words of `ctl ssh`, sorted out: flags and at most one target for the parser, and the command, which is not parsed. */
export interface SshWords {
  readonly own: readonly string[]
  readonly command: readonly string[]
}

/**
 * Parts what is meant for ctl from the command for the machine: flags may stand before and right behind the target, and all
 * from `--`, or from the first word behind that is no flag of ours, is the command. Where a flag names the target (`--machine`,
 * `--unit`) the first word is the command's. `--flag=false` is written as `--no-flag`, fleetctl's way to say it.
 */
export function partSshWords(words: readonly string[], flags: KnownFlags, namesTarget = namedByFlag): SshWords {
  const own: string[] = []
  let hasTarget = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') return {own, command: words.slice(index + 1)}
    const flag = flagOf(word, flags)
    if (flag === undefined) {
      // Before the target an unknown flag is a mistake, and the parser tells it.
      if (hasTarget || (!word.startsWith('-') && namesTarget(own))) return {own, command: words.slice(index)}
      hasTarget ||= !word.startsWith('-')
      own.push(word)
      continue
    }
    own.push(flag.written)
    const next = words[index + 1]
    if (flag.takesNext && next !== undefined) {
      own.push(next)
      index++
    }
  }
  return {own, command: []}
}

function namedByFlag(own: readonly string[]): boolean {
  return own.some(word => /^(--(machine|unit)(=|$)|-[mu])/.test(word))
}

interface Flag {
  readonly written: string
  readonly takesNext: boolean
}

function flagOf(word: string, flags: KnownFlags): Flag | undefined {
  const [name = '', value] = word.startsWith('--') ? splitAtEquals(word.slice(2)) : []
  const long = flags[name]
  if (long?.type === 'option') return {written: word, takesNext: value === undefined}
  if (long !== undefined) {
    const isOff = /^(false|0|no)$/i.test(value ?? '')
    return {written: isOff && long.allowNo === true ? `--no-${name}` : `--${name}`, takesNext: false}
  }
  if (name.startsWith('no-') && flags[name.slice(3)]?.allowNo === true) return {written: word, takesNext: false}
  const short = /^-[^-]/.test(word) ? Object.values(flags).find(({char}) => char === word[1]) : undefined
  return short && {written: word, takesNext: short.type === 'option' && word.length === 2}
}

function splitAtEquals(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
