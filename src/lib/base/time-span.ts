/** Microseconds in a unit, longest names first, as systemd looks for them (systemd.time(7), "Parsing Time Spans"). */
const units: ReadonlyMap<string, number> = new Map(
  Object.entries({
    seconds: 1e6,
    second: 1e6,
    sec: 1e6,
    s: 1e6,
    minutes: 60e6,
    minute: 60e6,
    min: 60e6,
    months: 2_629_800e6,
    month: 2_629_800e6,
    msec: 1e3,
    ms: 1e3,
    m: 60e6,
    hours: 3600e6,
    hour: 3600e6,
    hr: 3600e6,
    h: 3600e6,
    days: 86_400e6,
    day: 86_400e6,
    d: 86_400e6,
    weeks: 604_800e6,
    week: 604_800e6,
    w: 604_800e6,
    M: 2_629_800e6,
    years: 31_557_600e6,
    year: 31_557_600e6,
    y: 31_557_600e6,
    usec: 1,
    us: 1,
    µs: 1,
    μs: 1,
  }),
)

/**
 * The seconds of a time span as systemd.time(7) writes it, to the microsecond: `5min 20s`, `1.5h`, `1h30`, `90`
 * (seconds), `infinity`. Undefined when it is not one. A span that Go's durations share (`1m30s`) means the same.
 */
export function parseTimeSpan(text: string): number | undefined {
  if (/^\d{1,9}s?$/.test(text)) return Number.parseInt(text, 10)
  const span = text.trim()
  if (span === 'infinity') return Infinity
  if (span === '') return undefined
  const part = /\s*(?:\+?(\d+)(?:\.(\d+))?|\.(\d+))(\s*)([a-zA-Zµμ]*)\s*/y
  let microseconds = 0
  while (part.lastIndex < span.length) {
    const match = part.exec(span)
    if (!match) return undefined
    const [, whole = '0', decimals, onlyDecimals, gap = '', name = ''] = match
    const multiplier = name === '' ? 1e6 : units.get(name)
    // Behind a number without a unit another one needs a blank between.
    if (multiplier === undefined || (name === '' && gap === '' && part.lastIndex < span.length)) return undefined
    microseconds += Number(whole) * multiplier + fraction(decimals ?? onlyDecimals ?? '', multiplier)
  }
  return microseconds < maximum ? microseconds / 1e6 : undefined
}

/** systemd counts microseconds in 64 bits. */
const maximum = 2 ** 64

/** Digit for digit, each cut off below a microsecond, as systemd does. */
function fraction(digits: string, multiplier: number): number {
  let sum = 0
  let step = Math.floor(multiplier / 10)
  for (const digit of digits) {
    sum += Number(digit) * step
    step = Math.floor(step / 10)
  }
  return sum
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
