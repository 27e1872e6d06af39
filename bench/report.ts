import type {Measure, Result, Target} from './line.ts'
import {type Medians, mediansOf} from './samples.ts'

/** On what it was measured: numbers of different machines do not compare, ratios of a busy one hardly. */
export interface Surroundings {
  readonly node: string
  readonly cpus: number
  /** Of the last minute, before and after. */
  readonly load: readonly [before: number, after: number]
}

/** The results as a table for people. */
export function renderTable(results: readonly Result[], surroundings: Surroundings): string {
  const rows = [['LINE', 'CTL', 'LIMIT', 'RATIO', 'DIFFERENCE', 'TARGET', 'MET'], ...results.map(cells)]
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const limits = new Map(results.map(({name, limitIs}) => [limitIs, name] as const).reverse())
  const notes = [...limits].reverse().map(([limitIs, name]) => `limit of ${name}: ${limitIs}`)
  const [before, after] = surroundings.load.map(load => load.toFixed(2))
  const foot = `Node ${surroundings.node}, ${surroundings.cpus} CPUs, load ${before} before and ${after} after; medians of pairs`
  return `${[...lines, '', ...notes, foot].join('\n')}\n`
}

/** The results for programs: the medians, and every sample. */
export function renderJson(results: readonly Result[], surroundings: Surroundings): string {
  const lines = results.map(({name, unit, samples, target, limitIs}) => {
    const medians = mediansOf(samples)
    return {name, unit, ...medians, target, met: isMet(target, medians), limitIs, samples}
  })
  return `${JSON.stringify({...surroundings, lines}, null, 2)}\n`
}

function cells({name, unit, samples, target}: Result): readonly string[] {
  const medians = mediansOf(samples)
  const {ctl, limit, ratio, difference} = medians
  const amount = amountIn[unit]
  const aim = {ctl: amount, difference: amount, ratio: (value: number) => value.toFixed(2)}
  return [
    name,
    amount(ctl),
    amount(limit),
    ratio === undefined ? '-' : ratio.toFixed(2),
    amount(difference),
    target === undefined ? '-' : `${target.of} ≤ ${aim[target.of](target.most)}`,
    {true: 'yes', false: 'NO', undefined: '-'}[`${isMet(target, medians)}`],
  ]
}

/** Short times to a tenth of a millisecond. */
const amountIn: Readonly<Record<Measure, (value: number) => string>> = {
  ms: value => `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} ms`,
  calls: String,
  MB: value => `${value.toFixed(0)} MB`,
  '%': value => `${value.toFixed(1)} %`,
  exponent: value => value.toFixed(2),
}

/** Undefined where nothing is asked. */
function isMet(target: Target | undefined, medians: Medians): boolean | undefined {
  if (target === undefined) return undefined
  const value = medians[target.of]
  return value !== undefined && value <= target.most
}
