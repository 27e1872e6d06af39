import {withCluster} from '../dev-cluster.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate} from '../samples.ts'
import {sleepers, submitSleeper} from '../sleeper.ts'

/** Commands that do little: what starting the program costs. */
export const startUp: Line = {
  name: 'start-up',
  summary: '`ctl version`, and `ctl list-units` of 1,000 units',
  measure: measureStartUp,
}

const pairs = 15
const units = 1000

async function measureStartUp({ctl, ...bench}: Bench): Promise<readonly Result[]> {
  const samplesOf = async (time: () => Promise<number>) => {
    await time()
    return alternate({pairs, ctl: time, limit: ctl.timeBareNode, say: () => {}})
  }
  bench.say(`${pairs} pairs of ctl version`)
  const version = await samplesOf(() => ctl.time(['version']))
  const listing = await withCluster({ctl, ...bench}, {machines: ['a', 'b', 'c'], driver: 'noop'}, async cluster => {
    await submitSleeper(cluster)
    await cluster.ctl('start', sleepers(units))
    bench.say(`${pairs} pairs of ctl list-units`)
    return samplesOf(() => cluster.ctl('list-units'))
  })
  const limitIs = 'Node running nothing'
  return [
    {name: 'version', unit: 'ms', samples: version, limitIs},
    {name: `list-units of ${units}`, unit: 'ms', samples: listing, limitIs},
  ]
}
