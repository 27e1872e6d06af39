/**
 * `node pass-process.ts MACHINES UNITS PAIRS`: full passes of the scheduler over a cluster on which nothing is placed yet, by
 * turns with placing as many units by a bare heap. A process of its own, so that its memory is that of the passes.
 */
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import {asNew, benchSnapshot} from '../snapshot.ts'
import {placeBare} from './bare-placing.ts'
import type {PassReport} from './run-passes.ts'

const [machines = 0, units = 0, pairs = 1] = process.argv.slice(2).map(Number)
const snapshot = benchSnapshot({machines, units})
const samples: {ctl: number; limit: number}[] = []
for (let pair = 0; pair < pairs; pair++) {
  const fresh = asNew(snapshot)
  const ctl = timeOf(() => {
    const placed = schedule(fresh).filter(({kind}) => kind === 'place').length
    if (placed !== units) throw new Error(`${placed} of ${units} units were placed`)
  })
  samples.push({ctl, limit: timeOf(() => placeBare(machines, units))})
}
const report: PassReport = {samples, residentMegabytes: process.resourceUsage().maxRSS / 1024}
process.stdout.write(`${JSON.stringify(report)}\n`)

function timeOf(work: () => unknown): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}
