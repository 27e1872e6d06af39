import {UsageError} from '../../base/errors.ts'

/** What each letter after `%` stands for (ssh_config(5), "TOKENS"). */
export type Tokens = Readonly<Record<string, string>>

/** Opens `%h`, `%%` and `${NAME}` in a value. Throws UsageError for a token or a variable that is not there. */
export function expandTokens(text: string, tokens: Tokens, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/%(.?)|\$\{(\w+)\}/g, (_, letter: string | undefined, variable: string | undefined) => {
    if (letter === '%') return '%'
    const value = letter === undefined ? environment[variable ?? ''] : tokens[letter]
    if (value !== undefined) return value
    if (letter !== undefined) return unknownToken(text, letter)
    throw new UsageError(`${JSON.stringify(text)}: there is no variable ${variable}`, {hint})
  })
}

function unknownToken(text: string, letter: string): never {
  throw new UsageError(`${JSON.stringify(text)}: %${letter} is no token`, {hint})
}

const hint = 'ssh_config(5), "TOKENS" and "ENVIRONMENT VARIABLES"'

/** Opens `%h` and `%%` in a command; what else it says is its shell's. Throws UsageError for a token that is not there. */
export function expandCommand(text: string, tokens: Tokens): string {
  return text.replace(/%(.?)/g, (_, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? unknownToken(text, letter))))
}

/** A path of ssh_config(5): `~` is the home directory, then tokens. */
export function expandPath(
  text: string,
  tokens: Tokens,
  local: {readonly home: string; readonly environment: Readonly<Record<string, string | undefined>>},
): string {
  const expanded = expandTokens(text, tokens, local.environment)
  return expanded === '~' || expanded.startsWith('~/') ? local.home + expanded.slice(1) : expanded
}
