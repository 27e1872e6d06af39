const secondsIn: Readonly<Record<string, number>> = {
  usec: 1e-6,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  msec: 1e-3,
  ms: 1e-3,
  seconds: 1,
  second: 1,
  sec: 1,
  s: 1,
  minutes: 60,
  minute: 60,
  min: 60,
  m: 60,
  hours: 3600,
  hour: 3600,
  hr: 3600,
  h: 3600,
  days: 86_400,
  day: 86_400,
  d: 86_400,
  weeks: 604_800,
  week: 604_800,
  w: 604_800,
  months: 2_629_800,
  month: 2_629_800,
  M: 2_629_800,
  years: 31_557_600,
  year: 31_557_600,
  y: 31_557_600,
}

/**
 * The seconds of a time span as systemd.time(7) writes it: `5min 20s`, `1.5h`, `90` (seconds), `infinity`.
 * Undefined when it is not one. A span that Go's durations share (`1m30s`) means the same.
 */
export function parseTimeSpan(text: string): number | undefined {
  const span = text.trim()
  if (span === 'infinity') return Infinity
  if (!/^(\d+(\.\d*)?|\.\d+)/.test(span)) return undefined
  let seconds = 0
  let rest = span
  while (rest !== '') {
    const part = /^(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Zµμ]*)\s*/.exec(rest)
    if (!part) return undefined
    const unit = part[2] ?? ''
    const factor = unit === '' ? 1 : Object.hasOwn(secondsIn, unit) ? secondsIn[unit] : undefined
    if (factor === undefined) return undefined
    seconds += Number(part[1]) * factor
    rest = rest.slice(part[0].length)
  }
  return Math.round(seconds * 1e6) / 1e6
}

const steps = [
  {name: 'y', seconds: 31_557_600},
  {name: 'month', seconds: 2_629_800},
  {name: 'w', seconds: 604_800},
  {name: 'd', seconds: 86_400},
  {name: 'h', seconds: 3600},
  {name: 'min', seconds: 60},
  {name: 's', seconds: 1},
] as const

/** Seconds as a time span, to the millisecond: `1h 30min`, `1.5s`, `250ms`, `0`, `infinity`. */
export function formatTimeSpan(seconds: number): string {
  if (seconds === Infinity) return 'infinity'
  let left = Math.round(seconds * 1000)
  if (left <= 0) return '0'
  if (left < 1000) return `${left}ms`
  const parts: string[] = []
  for (const {name, seconds: size} of steps) {
    const count = name === 's' ? left / 1000 : Math.floor(left / (size * 1000))
    if (count > 0) parts.push(`${count}${name}`)
    left -= count * size * 1000
  }
  return parts.join(' ')
}
