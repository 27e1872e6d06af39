/** Pairs of measurements of the same work, each pair taken one right after the other. */
export interface Samples {
  readonly ctl: readonly number[]
  readonly limit: readonly number[]
}

/** The medians of samples. A ratio to a limit of zero is absent. */
export interface Medians {
  readonly ctl: number
  readonly limit: number
  /** Of the pairs' ratios: what slows the machine for a while slows both of a pair. */
  readonly ratio: number | undefined
  readonly difference: number
}

export interface Alternation {
  readonly pairs: number
  readonly ctl: () => Promise<number>
  readonly limit: () => Promise<number>
  readonly say: (text: string) => void
}

/** Measures ctl and the limit by turns. */
export async function alternate({pairs, ctl, limit, say}: Alternation): Promise<Samples> {
  const samples = {ctl: [] as number[], limit: [] as number[]}
  for (let pair = 1; pair <= pairs; pair++) {
    const [ours, least] = [await ctl(), await limit()]
    samples.ctl.push(ours)
    samples.limit.push(least)
    say(`pair ${pair} of ${pairs}: ctl ${ours.toFixed(0)} ms, limit ${least.toFixed(0)} ms`)
  }
  return samples
}

/** The medians of samples that are in pairs, at least one. */
export function mediansOf({ctl, limit}: Samples): Medians {
  const pairs = ctl.map((ours, at) => ({ours, least: limit[at] ?? 0}))
  return {
    ctl: median(ctl),
    limit: median(limit),
    ratio: pairs.some(({least}) => least === 0) ? undefined : median(pairs.map(({ours, least}) => ours / least)),
    difference: median(pairs.map(({ours, least}) => ours - least)),
  }
}

/** The middle of the numbers, or the mean of the two in the middle; NaN for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [below, above] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN]
  return (below + above) / 2
}
