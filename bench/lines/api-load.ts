import {setTimeout as delay} from 'node:timers/promises'
import {type Asker, openAsker} from '../api/ask.ts'
import {withBareServer} from '../api/bare.ts'
import {type LoadReport, load} from '../api/load.ts'
import {openStreams} from '../api/streams.ts'
import {type DevCluster, withCluster} from '../dev-cluster.ts'
import type {Bench, Line, Result} from '../line.ts'
import {sleepers, submitSleeper} from '../sleeper.ts'

/** Many who read the API of one agent at once, while it streams and units change. */
export const apiLoad: Line = {
  name: 'api-load',
  summary: "2,000 requests a second on one agent's API, with 200 event streams open",
  measure: measureLoad,
}

const units = 1000
const rate = 2000
const seconds = 20
const streams = 200
const pairs = 2
/** Each is a few revisions: the record, the assignment, some states. */
const restartsPerSecond = 3
const paths = [
  '/v1/units?limit=100',
  '/v1/units/w@500.service',
  '/fleet/v1/units',
  '/fleet/v1/state/w@500.service',
  '/v1/machines',
  '/healthz',
]
const event = `event: state\ndata: {"kind":"state","value":"${'x'.repeat(450)}"}\nid: 1\n\n`

async function measureLoad(bench: Bench): Promise<readonly Result[]> {
  const reports: {ours: LoadReport; bare: LoadReport}[] = []
  await withCluster(bench, {machines: ['a'], driver: 'noop'}, async cluster => {
    await submitSleeper(cluster)
    await cluster.ctl('start', sleepers(units))
    const asker = openAsker(cluster.apiSocket)
    try {
      const bodies = Object.fromEntries(await Promise.all(paths.map(async path => [path, await asker.ask(path)] as const)))
      const contents = {bodies, event, eventsPerSecond: restartsPerSecond * 4}
      for (let pair = 1; pair <= pairs; pair++) {
        const ours = await loadAgent(bench, cluster, asker)
        const bare = await withBareServer(contents, bench.signal, socket => loadWithStreams(bench, socket))
        bench.say(`pair ${pair} of ${pairs}: API ${told(ours)}; bare ${told(bare)}`)
        reports.push({ours, bare})
      }
    } finally {
      asker.close()
    }
  })
  const limitIs = 'a bare node:http server with the same bytes, under the same load and streams'
  const samples = (of: 'rate' | 'p50' | 'p99' | 'max') => ({
    ctl: reports.map(({ours}) => ours[of]),
    limit: reports.map(({bare}) => bare[of]),
  })
  return [
    {name: 'API: answers a second', unit: 'calls', samples: samples('rate'), limitIs},
    {name: 'API: p50', unit: 'ms', samples: samples('p50'), limitIs},
    {name: 'API: p99', unit: 'ms', samples: samples('p99'), target: {of: 'ctl', most: 50}, limitIs},
    {name: 'API: max', unit: 'ms', samples: samples('max'), limitIs},
  ]
}

async function loadAgent(bench: Bench, cluster: DevCluster, asker: Asker): Promise<LoadReport> {
  const over = new AbortController()
  const changing = restartUnits(asker, AbortSignal.any([over.signal, bench.signal]))
  try {
    return await loadWithStreams(bench, cluster.apiSocket)
  } finally {
    over.abort()
    await changing
  }
}

async function loadWithStreams({signal, say}: Bench, socketPath: string): Promise<LoadReport> {
  const open = await openStreams(socketPath, streams)
  try {
    // Both sides are warm when it counts.
    await load(socketPath, {paths, rate: rate / 2, seconds: 2, signal})
    const before = open.events
    const report = await load(socketPath, {paths, rate, seconds, signal})
    say(`${open.events - before} events went over ${streams} streams; ${open.ended} streams have ended`)
    return report
  } finally {
    open.close()
  }
}

async function restartUnits(asker: Asker, signal: AbortSignal): Promise<void> {
  for (let unit = 1; !signal.aborted; unit = (unit % units) + 1) {
    await asker.ask(`/v1/units/w@${unit}.service/restart`, 'POST')
    await delay(1000 / restartsPerSecond, undefined, {signal}).catch(() => {})
  }
}

function told({rate, p50, p99, max}: LoadReport): string {
  return `${rate.toFixed(0)}/s, p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms`
}
