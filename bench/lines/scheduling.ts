import {withCluster} from '../dev-cluster.ts'
import {timeWrites} from '../etcd-writes.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate} from '../samples.ts'
import {sleepers, submitSleeper} from '../sleeper.ts'

/** Three hundred units over three machines that run nothing: scheduling, orders and reports alone. */
export const threeHundredUnits: Line = {
  name: '300-units',
  summary: '300 units launched on 3 machines that run nothing, real etcd',
  measure: bench => measureScheduling(bench, {count: 300, pairs: 3, mostMilliseconds: 1000}),
}

/** The same for ten times as many. */
export const threeThousandUnits: Line = {
  name: '3000-units',
  summary: '3,000 units launched on 3 machines that run nothing, real etcd',
  measure: bench => measureScheduling(bench, {count: 3000, pairs: 2, mostMilliseconds: 6000}),
}

interface Plan {
  readonly count: number
  readonly pairs: number
  readonly mostMilliseconds: number
}

async function measureScheduling(bench: Bench, {count, pairs, mostMilliseconds}: Plan): Promise<readonly Result[]> {
  const samples = await withCluster(bench, {machines: ['a', 'b', 'c'], driver: 'noop'}, async cluster => {
    await submitSleeper(cluster)
    const ctl = () => cluster.ctl('start', sleepers(count))
    const limit = async () => {
      const took = await timeWrites(cluster.endpoint, bench.signal)
      await cluster.ctl('destroy', sleepers(count))
      return took
    }
    return alternate({pairs, ctl, limit, say: bench.say})
  })
  const name = `${count} units`
  const limitIs = 'etcd: the records, assignments and two states a unit, txns of 128, four at a time'
  return [{name, unit: 'ms', samples, target: {of: 'ctl', most: mostMilliseconds}, limitIs}]
}
