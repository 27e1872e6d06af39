import {EnvironmentFileError} from '../../unit/service/environment-text.ts'

/**
 * Reads the lines of a file as Docker's command line reads those of --env-file and --label-file (docker-run(1)): `#`
 * begins a comment, quotes and spaces of a value mean themselves, a bare name takes its value from `inherited` or says
 * nothing. Throws EnvironmentFileError for a name that cannot be one.
 */
export function parseKeyValueLines(
  text: string,
  inherited: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trimStart()
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    if (name === '' || /\s/.test(name)) throw new EnvironmentFileError(index + 1, `${JSON.stringify(name)} cannot be a name`)
    const value = equals >= 0 ? line.slice(equals + 1) : Object.hasOwn(inherited, name) ? inherited[name] : undefined
    if (value !== undefined) found.set(name, value)
  }
  return Object.fromEntries(found)
}
