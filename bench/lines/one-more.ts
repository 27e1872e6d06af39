import {withFollower} from '../clusters/follow.ts'
import {moreFile, morePrefixes, timeOneMore, timeRoundTrip} from '../clusters/one-unit-more.ts'
import {machineWrites, placedWrites, unitWrites, writeAll} from '../clusters/stored-cluster.ts'
import {withEtcd} from '../clusters/with-etcd.ts'
import {withLeader} from '../clusters/with-leader.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate, type Samples} from '../samples.ts'

/** One unit more, on the largest cluster that we mean: what an operator waits for the scheduler. */
export const oneMore: Line = {
  name: 'one-more',
  summary: 'one unit more at 10,000 machines and 100,000 units, from its write to its assignment, real etcd',
  long: true,
  measure: measureOneMore,
}

const size = {machines: 10_000, units: 100_000}
const pairs = 100
const mostMilliseconds = 100

async function measureOneMore({say, signal}: Bench): Promise<readonly Result[]> {
  return await withEtcd(async etcd => {
    const {store} = etcd
    say('writing the cluster')
    await writeAll(store, [...machineWrites(size), ...unitWrites(size), ...placedWrites(size), moreFile], signal)
    return await withLeader(etcd, signal, () =>
      withFollower(store, {prefixes: morePrefixes, signal}, async follower => {
        const seen = {store, follower, signal}
        const one = (name: string) => timeOneMore(seen, `${name}.service`)
        say(`the first one more, which waits for the cluster to be read: ${(await one('first')).toFixed(0)} ms`)
        for (let warm = 1; warm <= 5; warm++) await one(`warm@${warm}`)
        let count = 0
        const samples = await alternate({
          pairs,
          ctl: () => one(`more@${++count}`),
          limit: () => timeRoundTrip(seen, `more@${count}`),
          say: () => {},
        })
        const limitIs = 'a put, a watch that sees it, a guarded transaction and a watch that sees that, without an engine'
        const common = {unit: 'ms', limitIs} as const
        return [
          {...common, name: 'one more: median', samples},
          {...common, name: 'one more: p99', samples: ninetyNinth(samples), target: {of: 'ctl', most: mostMilliseconds}},
        ]
      }),
    )
  })
}

function ninetyNinth(samples: Samples): Samples {
  const of = (numbers: readonly number[]) =>
    [...numbers].sort((a, b) => a - b)[Math.ceil(numbers.length * 0.99) - 1] ?? Number.NaN
  return {ctl: [of(samples.ctl)], limit: [of(samples.limit)]}
}
