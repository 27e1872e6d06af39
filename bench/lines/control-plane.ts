import {encode} from '../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../src/lib/cluster/model.ts'
import {keys, parseKey, prefixes} from '../../src/lib/store/keys.ts'
import type {Entry, Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {timeBareLaunch} from '../clusters/bare-control-plane.ts'
import {withFollower} from '../clusters/follow.ts'
import type {Seen} from '../clusters/one-unit-more.ts'
import {writeAll} from '../clusters/stored-cluster.ts'
import {withAgents} from '../clusters/with-agents.ts'
import {withEtcd} from '../clusters/with-etcd.ts'
import {withLeader} from '../clusters/with-leader.ts'
import {counted, readCounters} from '../etcd-counters.ts'
import {exponentOf} from '../exponent.ts'
import type {Bench, Line, Result} from '../line.ts'

/** Everything between an operator's word and a thousand agents' reports, but for what runs. */
export const controlPlane: Line = {
  name: 'control-plane',
  summary: '5,000 to 20,000 units launched and reported by 1,000 agents that run nothing, real etcd',
  long: true,
  measure: measureControlPlane,
}

const machines = 1000
const processes = 4
const counts = [5000, 10_000, 20_000]

async function measureControlPlane({say, signal}: Bench): Promise<readonly Result[]> {
  const took: {readonly size: number; readonly ctl: number; readonly limit: number}[] = []
  await withEtcd(etcd =>
    withLeader(etcd, signal, async () => {
      say(`starting ${machines} agents`)
      await withAgents(etcd, {count: machines, processes, signal}, async () => {
        await withFollower(etcd.store, {prefixes: [prefixes.states], signal}, async follower => {
          const seen = {store: etcd.store, follower, signal}
          for (const count of counts) {
            const before = await readCounters(etcd.endpoint, signal)
            const ctl = await launch(seen, count)
            const {writes} = counted(before, await readCounters(etcd.endpoint, signal))
            const limit = await timeBareLaunch(etcd, signal)
            say(`${count} units: ${ctl.toFixed(0)} ms with ${writes} writes; etcd alone ${limit.toFixed(0)} ms`)
            took.push({size: count, ctl, limit})
            await destroy(seen, count)
          }
        })
      })
    }),
  )
  const of = (what: 'ctl' | 'limit') => took.map(each => ({size: each.size, took: each[what]}))
  const last = took.slice(-1)
  return [
    {
      name: 'control plane: 20,000 units',
      unit: 'ms',
      samples: {ctl: last.map(({ctl}) => ctl), limit: last.map(({limit}) => limit)},
      target: {of: 'ratio', most: 3},
      limitIs: 'etcd: the records and assignments in txns of 128, the states of each machine in a txn of their own, twice',
    },
    {
      name: 'control plane: growth',
      unit: 'exponent',
      samples: {ctl: [exponentOf(of('ctl'))], limit: [exponentOf(of('limit'))]},
      target: {of: 'ctl', most: 1.15},
      limitIs: 'etcd alone, with as many',
    },
  ]
}

/** Milliseconds from the first record until every unit is reported as running. */
async function launch({store, follower, signal}: Seen, count: number): Promise<number> {
  const file = fileHash(text)
  const value = encode(unitRecordSchema, {file, desiredState: 'launched', generation: 1})
  const waiting = new Set(namesOf(count))
  const records = [...waiting].map((name): Write => ({kind: 'put', key: keys.unit(name), value}))
  const reported = follower.until(event => {
    if (event.kind === 'put' && runs(event.entry)) waiting.delete(unitOf(event.entry.key))
    return waiting.size === 0
  })
  const begun = performance.now()
  const written = writeAll(store, [{kind: 'put', key: keys.file(file), value: text}, ...records], signal)
  const [end] = await Promise.all([reported, written])
  return end - begun
}

/** Resolves when nothing of the units is left. */
async function destroy({store, follower, signal}: Seen, count: number): Promise<void> {
  const {entries} = await store.list([prefixes.states], {keysOnly: true, signal})
  const left = new Set(entries.map(({key}) => key))
  const gone = follower.until(event => {
    if (event.kind === 'delete') left.delete(event.key)
    return left.size === 0
  })
  const deletions = namesOf(count).map((name): Write => ({kind: 'delete', key: keys.unit(name)}))
  await Promise.all([gone, writeAll(store, deletions, signal)])
}

const text = '[Container]\nImage=app\n\n[X-Fleet]\nRequests=cpu=0.1 memory=64M\nSpread=zone\n'

function namesOf(count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => `app@${index + 1}.service`)
}

function runs({value}: Entry): boolean {
  return value.includes('"active":"active"')
}

function unitOf(key: string): string {
  const parsed = parseKey(key)
  return parsed?.kind === 'state' ? parsed.unit : ''
}
