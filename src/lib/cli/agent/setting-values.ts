import {UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'

/** The seconds of a setting's time span. Throws UsageError that names the setting. */
export function secondsOf(name: string, text: string): number {
  const seconds = parseTimeSpan(text)
  if (seconds === undefined)
    throw new UsageError(`--${name}: ${JSON.stringify(text)} is no time`, {hint: 'write it as 10s or 2min'})
  return seconds
}

/** A setting that is one of some words. Throws UsageError that names the setting and the words. */
export function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text)
  if (found === undefined) throw new UsageError(`--${name}: ${JSON.stringify(text)} is none of ${choices.join(', ')}`)
  return found
}

/** A setting that is yes or no, as YAML also says it. Throws UsageError that names the setting. */
export function yesOrNo(name: string, text: string): boolean {
  return ['yes', 'true'].includes(oneOf(name, text, ['yes', 'no', 'true', 'false']))
}
