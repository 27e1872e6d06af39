export interface Metric {
  readonly type: string
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const labelText = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`
const sampleText = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(?:\{((?:${labelText})(?:,${labelText})*)\})? (\S+)$`)

/**
 * The metrics of a text in Prometheus' exposition format 0.0.4, by name. Throws for a line that is none, samples apart from
 * their TYPE, twice the same, and histograms that do not add up.
 */
export function metricsIn(text: string): ReadonlyMap<string, Metric> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const metrics = new Map<string, {type: string; help: string; samples: Sample[]}>()
  const seen = new Set<string>()
  let current: {name: string; metric: {type: string; help: string; samples: Sample[]}} | undefined
  let help: readonly [name: string, text: string] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helped, said] = /^# HELP (\S+) (.+)$/.exec(line) ?? []
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (helped !== undefined && said !== undefined) help = [helped, said]
    else if (typed !== undefined && type !== undefined) {
      if (metrics.has(typed) || help?.[0] !== typed) throw new Error(`TYPE out of place: ${line}`)
      current = {name: typed, metric: {type, help: help[1], samples: []}}
      metrics.set(typed, current.metric)
    } else {
      const sample = parseSample(line)
      const base = current?.metric.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name
      if (current === undefined || base !== current.name) throw new Error(`a sample away from its TYPE: ${line}`)
      const id = line.slice(0, line.lastIndexOf(' '))
      if (seen.has(id)) throw new Error(`twice: ${id}`)
      seen.add(id)
      current.metric.samples.push(sample)
    }
  }
  for (const [name, metric] of metrics) checkMetric(name, metric)
  return metrics
}

function parseSample(line: string): Sample {
  const [, name, labels = '', written] = sampleText.exec(line) ?? []
  const value = written === '+Inf' ? Number.POSITIVE_INFINITY : Number(written)
  if (name === undefined || Number.isNaN(value)) throw new Error(`no sample: ${line}`)
  const pairs = Array.from(labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, label = '', text = '']) => [label, unescaped(text)])
  return {name, labels: Object.fromEntries(pairs), value}
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter))
}

function checkMetric(name: string, {type, samples}: Metric): void {
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`a counter without _total: ${name}`)
  if (type !== 'histogram') return
  const series = Map.groupBy(samples, ({labels: {le: _le, ...rest}}) => JSON.stringify(rest))
  for (const [labels, of] of series) {
    const buckets = of.filter(sample => sample.name.endsWith('_bucket'))
    const count = of.find(sample => sample.name.endsWith('_count'))?.value
    const values = buckets.map(({value}) => value)
    if (buckets.at(-1)?.labels.le !== '+Inf' || values.at(-1) !== count)
      throw new Error(`${name}${labels}: +Inf is not the count`)
    if (values.some((value, at) => value < (values[at - 1] ?? 0))) throw new Error(`${name}${labels}: buckets shrink`)
    if (!of.some(sample => sample.name.endsWith('_sum'))) throw new Error(`${name}${labels}: no sum`)
  }
}
