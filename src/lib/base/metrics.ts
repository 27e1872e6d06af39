/**
 * What a process counts and measures, as Prometheus reads it: text exposition format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). Names and units by its conventions: base units, `_total` for counters.
 */
export class Metrics {
  private readonly families = new Map<string, Family>()
  private readonly collectors = new Set<() => void>()

  /** A number that only grows. Asked for twice it is the same one; throws when a name is used for two things. */
  counter<L extends string = never>(name: string, help: string, labels: readonly L[] = []): Counter<L> {
    const family = this.family({name, help, type: 'counter', labels, buckets: []})
    return {add: (amount, ...values) => family.value(values[0]).add(amount)}
  }

  /** A number that goes up and down; not shown before it is set. */
  gauge<L extends string = never>(name: string, help: string, labels: readonly L[] = []): Gauge<L> {
    const family = this.family({name, help, type: 'gauge', labels, buckets: []})
    return {
      set: (amount, ...values) => family.value(values[0]).set(amount),
      add: (amount, ...values) => family.value(values[0]).add(amount),
      clear: () => family.clear(),
    }
  }

  /** How often a measured value was at most each of the bounds, in growing order. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    options: {readonly labels?: readonly L[]; readonly buckets?: readonly number[]} = {},
  ): Histogram<L> {
    const {labels = [], buckets = secondsBuckets} = options
    const family = this.family({name, help, type: 'histogram', labels, buckets})
    return {observe: (value, ...values) => family.value(values[0]).observe(value)}
  }

  /** Calls `collect` before each rendering, for what is looked up rather than counted; what is answered ends that. */
  beforeRender(collect: () => void): () => void {
    this.collectors.add(collect)
    return () => this.collectors.delete(collect)
  }

  /** Everything, by name. */
  render(): string {
    for (const collect of this.collectors) collect()
    return [...this.families.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(family => family.render())
      .join('')
  }

  private family(declared: Declaration): Family {
    const known = this.families.get(declared.name)
    if (known !== undefined) {
      if (known.type !== declared.type || known.labels.join() !== declared.labels.join())
        throw new Error(`metric ${declared.name} is declared twice, and differently`)
      return known
    }
    const family = new Family(declared)
    this.families.set(declared.name, family)
    return family
  }
}

type Values<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string>>]

export interface Counter<L extends string = never> {
  add(amount: number, ...labels: Values<L>): void
}
export interface Gauge<L extends string = never> {
  set(value: number, ...labels: Values<L>): void
  add(amount: number, ...labels: Values<L>): void
  /** Forgets every value: what nobody knows any more is not shown. */
  clear(): void
}
export interface Histogram<L extends string = never> {
  observe(value: number, ...labels: Values<L>): void
}

/** Bounds in seconds for what takes from a millisecond to half a minute. */
export const secondsBuckets: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** The content type of `render`. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

interface Declaration {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  readonly buckets: readonly number[]
}

class Family {
  readonly name: string
  readonly type: Declaration['type']
  readonly labels: readonly string[]
  private readonly help: string
  private readonly buckets: readonly number[]
  /** By their labels, as they are written. */
  private readonly samples = new Map<string, Sample>()

  constructor({name, help, type, labels, buckets}: Declaration) {
    for (const each of [name, ...labels])
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(each)) throw new Error(`${each} cannot name a metric`)
    this.name = name
    this.help = help
    this.type = type
    this.labels = labels
    this.buckets = buckets
    // What has no labels and is counted is there from the beginning, as zero.
    if (labels.length === 0 && type !== 'gauge') this.value(undefined)
  }

  value(labels: Readonly<Record<string, string>> | undefined): Sample {
    const written = this.labels.map(label => `${label}="${escapeLabel(labels?.[label] ?? '')}"`).join(',')
    const known = this.samples.get(written)
    if (known !== undefined) return known
    const made = new Sample(this.buckets)
    this.samples.set(written, made)
    return made
  }

  clear(): void {
    this.samples.clear()
  }

  render(): string {
    const lines = [`# HELP ${this.name} ${escapeHelp(this.help)}`, `# TYPE ${this.name} ${this.type}`]
    for (const [labels, sample] of this.samples) {
      if (this.type === 'histogram') lines.push(...this.histogramLines(labels, sample))
      else lines.push(line(this.name, labels, sample.sum))
    }
    return `${lines.join('\n')}\n`
  }

  private histogramLines(labels: string, {counts, sum, count}: Sample): readonly string[] {
    const bounded = (bound: number | string) => `${labels}${labels === '' ? '' : ','}le="${bound}"`
    return [
      ...this.buckets.map((bound, at) => line(`${this.name}_bucket`, bounded(bound), counts[at] ?? 0)),
      line(`${this.name}_bucket`, bounded('+Inf'), count),
      line(`${this.name}_sum`, labels, sum),
      line(`${this.name}_count`, labels, count),
    ]
  }
}

/** One value, or for a histogram its sum, how many there were, and how many were at most each bound. */
class Sample {
  readonly counts: number[]
  private readonly buckets: readonly number[]
  sum = 0
  count = 0

  constructor(buckets: readonly number[]) {
    this.buckets = buckets
    this.counts = buckets.map(() => 0)
  }

  add(amount: number): void {
    this.sum += amount
  }

  set(value: number): void {
    this.sum = value
  }

  observe(value: number): void {
    this.sum += value
    this.count += 1
    for (let at = this.buckets.length - 1; at >= 0 && value <= (this.buckets[at] ?? 0); at--)
      this.counts[at] = (this.counts[at] ?? 0) + 1
  }
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}`
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text
}
