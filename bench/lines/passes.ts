import {exponentOf} from '../exponent.ts'
import type {Line, Result} from '../line.ts'
import {type Passes, runPasses, samplesIn} from '../passes/run-passes.ts'
import {median} from '../samples.ts'

/** The whole of a small cluster decided at once, as after a change of leader. */
export const pass1k10k = passLine({name: 'pass-1k-10k', machines: 1000, units: 10_000, pairs: 7, mostMilliseconds: 150})

/** The same for the largest cluster that we mean. */
export const pass10k100k = passLine({name: 'pass-10k-100k', machines: 10_000, units: 100_000, pairs: 3, mostMilliseconds: 2000})

/** Ten times as many units as we mean: whether anything gives way. */
export const pass10k1m = passLine({
  name: 'pass-10k-1m',
  machines: 10_000,
  units: 1_000_000,
  pairs: 1,
  mostMilliseconds: 20_000,
  mostMegabytes: 6000,
  long: true,
})

/** How a pass's time grows with the units: 1 would be in proportion. */
export const growth: Line = {
  name: 'growth',
  summary: 'how the time of a full pass grows from 10,000 to 1,000,000 units',
  long: true,
  measure: async ({say, signal}) => {
    const samples = {ctl: [] as number[], limit: [] as number[]}
    // The sizes by turns: a machine that is slow for some minutes is so for all of them.
    for (let round = 1; round <= growthRounds; round++) {
      const medians = await mediansBySize(say, signal)
      for (const who of ['ctl', 'limit'] as const)
        samples[who].push(exponentOf(medians.map(each => ({size: each.units, took: each[who]}))))
    }
    return [{name: 'growth of a pass', unit: 'exponent', samples, target: {of: 'ctl', most: 1.15}, limitIs: bareHeap}]
  },
}

const growthRounds = 3

async function mediansBySize(say: (text: string) => void, signal: AbortSignal) {
  const medians: {readonly units: number; readonly ctl: number; readonly limit: number}[] = []
  for (const passes of growing) {
    const samples = samplesIn(await runPasses(passes, signal))
    const [ctl, limit] = [median(samples.ctl), median(samples.limit)]
    say(`${passes.machines} machines, ${passes.units} units: ${ctl.toFixed(0)} ms, bare ${limit.toFixed(1)} ms`)
    medians.push({units: passes.units, ctl, limit})
  }
  return medians
}

const growing: readonly Passes[] = [
  {machines: 1000, units: 10_000, pairs: 7},
  {machines: 10_000, units: 100_000, pairs: 3},
  {machines: 10_000, units: 1_000_000, pairs: 1},
]

const bareHeap = 'for each unit one step of a heap of the machines by their units, without any rule'

interface PassPlan extends Passes {
  readonly name: string
  readonly mostMilliseconds: number
  readonly mostMegabytes?: number
  readonly long?: boolean
}

function passLine({name, mostMilliseconds, mostMegabytes, long = false, ...passes}: PassPlan): Line {
  const [machines, units] = [passes.machines, passes.units].map(number => number.toLocaleString('en-US'))
  return {
    name,
    summary: `a full pass of the scheduler over ${machines} machines and ${units} units`,
    long,
    measure: async ({signal}) => {
      const report = await runPasses(passes, signal)
      const results: Result[] = [
        {name, unit: 'ms', samples: samplesIn(report), target: {of: 'ctl', most: mostMilliseconds}, limitIs: bareHeap},
      ]
      if (mostMegabytes !== undefined)
        results.push({
          name: `${name}: resident`,
          unit: 'MB',
          samples: {ctl: [report.residentMegabytes], limit: [0]},
          target: {of: 'ctl', most: mostMegabytes},
          limitIs: 'nothing',
        })
      return results
    },
  }
}
