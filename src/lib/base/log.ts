export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** Where a daemon says what it does: one line a thing, with fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warning(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

const rank: Readonly<Record<LogLevel, number>> = {debug: 0, info: 1, warning: 2, error: 3}

/** A log of lines `2026-01-31T12:00:00.000Z info message key=value`, from the given level up. */
export function lineLog(write: (line: string) => void, level: LogLevel, now: () => number = Date.now): Log {
  const at = (lineLevel: LogLevel) => (message: string, fields?: LogFields) => {
    if (rank[lineLevel] >= rank[level]) write(`${new Date(now()).toISOString()} ${lineLevel} ${message}${renderFields(fields)}\n`)
  }
  return {debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error')}
}

/** A log that says nothing. */
export const silentLog: Log = lineLog(() => {}, 'error')

function renderFields(fields: LogFields | undefined): string {
  if (fields === undefined) return ''
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${/[\s"]/.test(String(value)) ? JSON.stringify(String(value)) : value}`)
    .join('')
}
