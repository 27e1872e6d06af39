import {UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'

/**
 * The time that an operator means, in milliseconds since the epoch: a span before now (`5min`, `1h 30min ago`), a date and
 * time (`2026-11-21 10:00`, ISO 8601; in this place's time unless it says another), a time of today (`10:00`), `today`,
 * `yesterday`, `now` or `@` and seconds since the epoch (systemd.time(7)). Throws UsageError.
 */
export function parseMoment(flag: string, text: string, now: number): number {
  const said = text.trim()
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  if (said === 'now') return now
  if (said === 'today') return midnight
  if (said === 'yesterday') return new Date(midnight).setDate(new Date(midnight).getDate() - 1)
  if (/^@\d+(\.\d+)?$/.test(said)) return Number(said.slice(1)) * 1000
  const span = parseTimeSpan(said.replace(/^-/, '').replace(/\s+ago$/, ''))
  if (span !== undefined && span !== Number.POSITIVE_INFINITY) return now - span * 1000
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(said)
  if (clock !== null) return new Date(midnight).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0))
  const date = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|UTC|[+-]\d\d:?\d\d)?)?$/.exec(said)
  const [, day = '', time = '00:00', zone = ''] = date ?? []
  const moment = Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`)
  if (Number.isNaN(moment)) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)} is no time`, {
      hint: 'write a span before now (5min, 2h), or a time such as "2026-11-21 10:00"',
    })
  }
  return moment
}
