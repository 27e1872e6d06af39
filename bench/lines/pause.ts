import {prefixes} from '../../src/lib/store/keys.ts'
import {withFollower} from '../clusters/follow.ts'
import {moreFile, morePrefixes, timeOneMore} from '../clusters/one-unit-more.ts'
import {machineWrites, placedWrites, unitWrites, writeAll} from '../clusters/stored-cluster.ts'
import {type BenchEtcd, withEtcd} from '../clusters/with-etcd.ts'
import {type Pause, withLeader} from '../clusters/with-leader.ts'
import type {Bench, Line, Result} from '../line.ts'

/** What a leader's own machine notices of a pass: its agent, its API and its keepalives share the event loop. */
export const pause: Line = {
  name: 'pause',
  summary: 'the longest pause of a leading agent while passes at 10,000 machines and 100,000 units run, real etcd',
  long: true,
  measure: measurePause,
}

const size = {machines: 10_000, units: 100_000}
const more = 20
const mostMilliseconds = 50

async function measurePause({say, signal}: Bench): Promise<readonly Result[]> {
  const [machines, units] = [machineWrites(size), unitWrites(size)]
  say('placing everything')
  const whole = await withEtcd(async etcd => {
    await writeAll(etcd.store, [...machines, ...units], signal)
    return await withLeader(etcd, signal, async leader => {
      await untilPlaced(etcd, signal)
      return await leader.longestPause()
    })
  })
  say('one unit more, again and again')
  const steps = await withEtcd(async etcd => {
    await writeAll(etcd.store, [...machines, ...units, ...placedWrites(size), moreFile], signal)
    const {store} = etcd
    return await withLeader(etcd, signal, leader =>
      withFollower(store, {prefixes: morePrefixes, signal}, async follower => {
        await timeOneMore({store, follower, signal}, 'first.service')
        const reading = await leader.longestPause()
        for (let count = 1; count <= more; count++) await timeOneMore({store, follower, signal}, `more@${count}.service`)
        return {reading, placing: await leader.longestPause()}
      }),
    )
  })
  const row = (name: string, {leader, idle}: Pause): Result => ({
    name,
    unit: 'ms',
    samples: {ctl: [leader], limit: [idle]},
    target: {of: 'difference', most: mostMilliseconds},
    limitIs: 'the longest pause meanwhile of a node process that does nothing',
  })
  return [
    row('pause: one more', steps.placing),
    row('pause: reading a placed cluster', steps.reading),
    row('pause: placing everything', whole),
  ]
}

/** Resolves when every unit has an assignment. */
async function untilPlaced({store}: BenchEtcd, signal: AbortSignal): Promise<void> {
  await withFollower(store, {prefixes: [prefixes.assignments], signal}, async follower => {
    const placed = new Set<string>()
    const all = follower.until(event => {
      if (event.kind === 'put') placed.add(event.entry.key)
      return placed.size >= size.units
    })
    const {entries} = await store.list([prefixes.assignments], {keysOnly: true, signal})
    for (const {key} of entries) placed.add(key)
    if (placed.size >= size.units) all.catch(() => {})
    else await all
  })
}
