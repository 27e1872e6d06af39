import {setTimeout as delay} from 'node:timers/promises'
import {type Asker, openAsker} from '../api/ask.ts'
import {withBareServer} from '../api/bare.ts'
import {readCpuTime} from '../api/cpu-time.ts'
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
const rounds = 3
const warmUpSeconds = 4
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
  const reports: {ours: Measured; bare: Measured}[] = []
  await withCluster(bench, {machines: ['a'], driver: 'noop'}, async cluster => {
    await submitSleeper(cluster)
    await cluster.ctl('start', sleepers(units))
    const asker = openAsker(cluster.apiSocket)
    try {
      const bodies = Object.fromEntries(await Promise.all(paths.map(async path => [path, await asker.ask(path)] as const)))
      for (let round = 1; round <= rounds; round++) {
        const ours = await loadAgent(bench, cluster, asker)
        const eventsPerSecond = Math.max(1, ours.eventsPerSecond)
        const bare = await withBareServer({bodies, event, eventsPerSecond}, bench.signal, socket =>
          loadWithStreams(bench, socket),
        )
        bench.say(`round ${round} of ${rounds}: API ${told(ours)}`)
        bench.say(`round ${round} of ${rounds}: bare ${told(bare)}`)
        reports.push({ours, bare})
      }
    } finally {
      asker.close()
    }
  })
  const limitIs = 'a bare node:http server with the same bytes, under the same load, with as many events on as many streams'
  const samples = (of: 'rate' | 'p50' | 'p99' | 'max' | 'cpu') => ({
    ctl: reports.map(({ours}) => ours[of]),
    limit: reports.map(({bare}) => bare[of]),
  })
  return [
    {name: 'API: answers a second', unit: 'calls', samples: samples('rate'), limitIs},
    {name: 'API: p50', unit: 'ms', samples: samples('p50'), limitIs},
    {name: 'API: p99', unit: 'ms', samples: samples('p99'), target: {of: 'ctl', most: 50}, limitIs},
    {name: 'API: max', unit: 'ms', samples: samples('max'), limitIs},
    {
      name: 'API: CPU of 1,000 answers',
      unit: 'ms',
      samples: samples('cpu'),
      limitIs: 'the same; of ctl also what the agent and its engine do for the restarts',
    },
  ]
}

interface Measured extends LoadReport {
  /** Milliseconds of the server's CPU for 1,000 answers, what it does besides with them. */
  readonly cpu: number
  /** On each stream. */
  readonly eventsPerSecond: number
}

async function loadAgent(bench: Bench, cluster: DevCluster, asker: Asker): Promise<Measured> {
  const over = new AbortController()
  const changing = restartUnits(asker, AbortSignal.any([over.signal, bench.signal]))
  // Waited for below: a load that fails is told first.
  changing.catch(() => {})
  try {
    return await loadWithStreams(bench, cluster.apiSocket)
  } finally {
    over.abort()
    await changing
  }
}

async function loadWithStreams({signal}: Bench, socketPath: string): Promise<Measured> {
  const asker = openAsker(socketPath)
  const open = await openStreams(socketPath, streams)
  try {
    const [before, cpu, begun] = [open.events, await readCpuTime(asker), performance.now()]
    const report = await load(socketPath, {paths, rate, seconds, warmUpSeconds, signal})
    const lasted = (performance.now() - begun) / 1000
    if (open.ended > 0) throw new Error(`${open.ended} of ${streams} streams have ended`)
    return {
      ...report,
      cpu: ((await readCpuTime(asker)) - cpu) / ((rate * (seconds + warmUpSeconds)) / 1000),
      eventsPerSecond: (open.events - before) / streams / lasted,
    }
  } finally {
    open.close()
    asker.close()
  }
}

async function restartUnits(asker: Asker, signal: AbortSignal): Promise<void> {
  for (let unit = 1; !signal.aborted; unit = (unit % units) + 1) {
    await asker.ask(`/v1/units/w@${unit}.service/restart`, 'POST')
    await delay(1000 / restartsPerSecond, undefined, {signal}).catch(() => {})
  }
}

function told({rate, p50, p99, max, late, cpu, eventsPerSecond}: Measured): string {
  const times = `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms, sent late by ${late.toFixed(1)}`
  return `${rate.toFixed(0)}/s, ${times}, CPU ${cpu.toFixed(0)} ms for 1,000, ${eventsPerSecond.toFixed(1)} events/s on each stream`
}
