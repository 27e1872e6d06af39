import {setTimeout as delay} from 'node:timers/promises'
import {withCluster} from '../dev-cluster.ts'
import {counted, type EtcdCounters, readCounters} from '../etcd-counters.ts'
import type {Bench, Line, Result} from '../line.ts'
import {sleepers, submitSleeper} from '../sleeper.ts'

/** Units that run and that nobody touches: etcd is to hear nothing but keepalives. */
export const atRest: Line = {
  name: 'at-rest',
  summary: 'what 300 launched units on 3 machines ask of etcd in 30 s',
  measure: measureRest,
}

const units = 300
const restSeconds = 30

async function measureRest(bench: Bench): Promise<readonly Result[]> {
  const seen = await withCluster(bench, {machines: ['a', 'b', 'c'], driver: 'noop'}, async cluster => {
    await submitSleeper(cluster)
    await cluster.ctl('start', sleepers(units))
    const before = await settledCounters(cluster.endpoint, bench.signal)
    bench.say(`${units} units are launched; looking on for ${restSeconds} s`)
    await delay(restSeconds * 1000, undefined, {signal: bench.signal})
    return counted(before, await readCounters(cluster.endpoint, bench.signal))
  })
  const row = (name: keyof EtcdCounters): Result => ({
    name: `${name} at rest`,
    unit: 'calls',
    samples: {ctl: [seen[name]], limit: [0]},
    target: {of: 'ctl', most: 0},
    limitIs: `nothing but keepalives; ${seen.keepalives} of them came in ${restSeconds} s`,
  })
  return [row('reads'), row('writes'), row('messages')]
}

/** The counters once they stand still for a second, or as they are after 15 s: then there is no rest, and that shows. */
async function settledCounters(endpoint: string, signal: AbortSignal): Promise<EtcdCounters> {
  let last = await readCounters(endpoint, signal)
  for (const until = performance.now() + 15_000; performance.now() < until; ) {
    await delay(1000, undefined, {signal})
    const now = await readCounters(endpoint, signal)
    const {reads, writes, messages} = counted(last, now)
    last = now
    if (reads + writes + messages === 0) break
  }
  return last
}
