import {parseKey, prefixes} from '../../src/lib/store/keys.ts'
import type {Entry, Write} from '../../src/lib/store/store.ts'
import {withFollower} from '../clusters/follow.ts'
import {moreFile, morePrefixes, type Seen, timeOneMore} from '../clusters/one-unit-more.ts'
import {machineWrites, placedWrites, unitWrites, writeAll} from '../clusters/stored-cluster.ts'
import {withEtcd} from '../clusters/with-etcd.ts'
import {withLeader} from '../clusters/with-leader.ts'
import type {Bench, Line, Result} from '../line.ts'

/** A rack of machines dies, in the largest cluster that we mean. */
export const machinesLost: Line = {
  name: 'machines-lost',
  summary: '100 of 10,000 machines lost with their units of 100,000, until all have another place, real etcd',
  long: true,
  measure: measureLost,
}

const size = {machines: 10_000, units: 100_000}
const lostAtOnce = size.machines / 100
const rounds = 3
const mostMilliseconds = 500

async function measureLost({say, signal}: Bench): Promise<readonly Result[]> {
  const samples = {ctl: [] as number[], limit: [] as number[]}
  await withEtcd(async etcd => {
    const machines = machineWrites(size)
    say('writing the cluster')
    await writeAll(etcd.store, [...machines, ...unitWrites(size), ...placedWrites(size), moreFile], signal)
    await withLeader(etcd, signal, () =>
      withFollower(etcd.store, {prefixes: morePrefixes, signal}, async follower => {
        const seen = {store: etcd.store, follower, signal}
        await timeOneMore(seen, 'first.service')
        for (let round = 0; round < rounds; round++) {
          const lost = machines.slice(round * lostAtOnce, (round + 1) * lostAtOnce)
          const {took, placed, units} = await lose(seen, lost)
          const limit = await timeMoves(seen, placed)
          say(`${units} units have another place after ${took.toFixed(0)} ms; etcd alone ${limit.toFixed(0)} ms`)
          samples.ctl.push(took)
          samples.limit.push(limit)
        }
      }),
    )
  })
  const limitIs = 'etcd: the same assignments put and as many deleted, txns of 128, one after the other'
  return [{name: '1 % of machines lost', unit: 'ms', samples, target: {of: 'difference', most: mostMilliseconds}, limitIs}]
}

/** Milliseconds from the loss of the machines until each of their units has another assignment; and those. */
async function lose({store, follower, signal}: Seen, lost: readonly Write[]) {
  const machines = new Set(lost.map(({key}) => key.slice(prefixes.machines.length)))
  const {entries} = await store.list(
    [...machines].map(machine => `${prefixes.assignments}${machine}/`),
    {signal},
  )
  const homeless = new Set(entries.map(({key}) => unitOf(key)))
  const units = homeless.size
  const placed: Entry[] = []
  const replaced = follower.until(event => {
    if (event.kind === 'put' && homeless.delete(unitOf(event.entry.key))) placed.push(event.entry)
    return homeless.size === 0
  })
  const begun = performance.now()
  const deletions = lost.map(({key}): Write => ({kind: 'delete', key}))
  const [end] = await Promise.all([replaced, store.commit([], deletions, {signal})])
  return {took: end - begun, placed, units}
}

/** Milliseconds that etcd takes for as many moves, beside the cluster's own keys. */
async function timeMoves({store, signal}: Seen, placed: readonly Entry[]): Promise<number> {
  const begun = performance.now()
  for (let at = 0; at < placed.length; at += movesAtOnce) {
    const writes = placed.slice(at, at + movesAtOnce).flatMap(({key, value}): readonly Write[] => [
      {kind: 'put', key: `bench/to/${key}`, value},
      {kind: 'delete', key: `bench/from/${key}`},
    ])
    await store.commit([], writes, {signal})
  }
  return performance.now() - begun
}

const movesAtOnce = 63

function unitOf(key: string): string {
  const parsed = parseKey(key)
  return parsed?.kind === 'assignment' ? parsed.unit : ''
}
