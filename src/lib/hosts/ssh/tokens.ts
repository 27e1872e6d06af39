import {UsageError} from '../../base/errors.ts'

/** What each letter after `%` stands for (ssh_config(5), "TOKENS"). */
export type Tokens = Readonly<Record<string, string>>

/** Opens `%h`, `%%` and `${NAME}` in a value. Throws UsageError for a token or a variable that is not there. */
export function expandTokens(text: string, tokens: Tokens, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/%(.?)|\$\{(\w+)\}/g, (_, letter: string | undefined, variable: string | undefined) => {
    if (letter === '%') return '%'
    const value = letter === undefined ? environment[variable ?? ''] : tokens[letter]
    if (value !== undefined) return value
    throw new UsageError(
      `${JSON.stringify(text)}: ${letter === undefined ? `there is no variable ${variable}` : `%${letter} is no token`}`,
      {
        hint: 'ssh_config(5), "TOKENS" and "ENVIRONMENT VARIABLES"',
      },
    )
  })
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
