import {machineWrites, placedWrites, unitWrites, writeAll} from '../clusters/stored-cluster.ts'
import {prefix, withEtcd} from '../clusters/with-etcd.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate} from '../samples.ts'
import type {Size} from '../snapshot.ts'
import {timeProcess} from '../timed-process.ts'

/** What an operator waits for the list of a large cluster. */
export const list10k = listLine({name: 'list-10k', machines: 1000, units: 10_000, pairs: 7, mostMilliseconds: 250})

/** The same for the largest cluster that we mean. */
export const list100k = listLine({
  name: 'list-100k',
  machines: 10_000,
  units: 100_000,
  pairs: 5,
  mostMilliseconds: 1600,
  long: true,
})

interface ListPlan extends Size {
  readonly name: string
  readonly pairs: number
  readonly mostMilliseconds: number
  readonly long?: boolean
}

function listLine({long = false, ...plan}: ListPlan): Line {
  const units = plan.units.toLocaleString('en-US')
  const summary = `\`ctl list-units\` of ${units} units into a pipe, the whole process, real etcd`
  return {name: plan.name, summary, long, measure: bench => measureList(bench, plan)}
}

async function measureList(
  {ctl, say, signal}: Bench,
  {name, pairs, mostMilliseconds, ...size}: ListPlan,
): Promise<readonly Result[]> {
  const samples = await withEtcd(async ({endpoint, store}) => {
    await writeAll(store, [...machineWrites(size), ...unitWrites(size), ...placedWrites(size)], signal)
    const list = () => ctl.time(['list-units'], {environment: {CTL_ENDPOINTS: endpoint}, lines: size.units + 1})
    const words = ['etcdctl', '--endpoints', endpoint, 'get', '--prefix', prefix]
    const limit = () => timeProcess(words, {environment: ctl.environment, signal, timeoutSeconds: 120})
    await alternate({pairs: 1, ctl: list, limit, say: () => {}})
    return await alternate({pairs, ctl: list, limit, say})
  })
  const limitIs = '`etcdctl get` of all that the cluster stores, the unit files with it'
  return [{name, unit: 'ms', samples, target: {of: 'ctl', most: mostMilliseconds}, limitIs}]
}
