/**
 * `node agents-process.ts ENDPOINT FIRST COUNT DIRECTORY`: so many agents in one process, each the very agent of a machine, with a
 * driver that runs nothing. They share one connection to etcd. Says `ready` once all are registered; ends at SIGTERM.
 */
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {runAgent} from '../../src/lib/agent/run-agent.ts'
import {lineLog} from '../../src/lib/base/log.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {prefix} from './with-etcd.ts'

const atOnce = 25
/** So long that a busy host loses none. */
const ttlSeconds = 120
/** And so long that no call of one is given up: it would break the connection that all share, and they would all begin anew. */
const callTimeoutMs = 30_000

const [endpoint = '', first = '0', count = '0', directory = ''] = process.argv.slice(2)
const store = openEtcdStore({endpoints: [endpoint], prefix, callTimeoutMs})
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
const names = Array.from({length: Number(count)}, (_, index) => `a${String(Number(first) + index).padStart(5, '0')}`)
const agents: Promise<void>[] = []
for (let at = 0; at < names.length && !ending.signal.aborted; at += atOnce) {
  const next = names.slice(at, at + atOnce)
  agents.push(...next.map(startAgent))
  await untilRegistered(next)
}
process.stdout.write('ready\n')
await Promise.all(agents)
store.close()

function startAgent(machineId: string, index: number): Promise<void> {
  return runAgent({
    settings: {
      machineId,
      name: machineId,
      metadata: {zone: String(index % 3)},
      address: '127.0.0.1',
      stateDirectory: join(directory, machineId),
      ttlSeconds,
      onExit: 'keep',
      drainSeconds: 1,
      environmentFile: undefined,
      offer: {capacity: {}, reserve: {}},
      engine: false,
    },
    version: '0.1.0',
    store,
    openDriver: () => new MemoryDriver({now: Date.now}),
    log: lineLog(line => process.stderr.write(line), 'error'),
    signal: ending.signal,
  })
}

/** Not all at once: a machine starts one agent, not hundreds. */
async function untilRegistered(machines: readonly string[]): Promise<void> {
  for (let left = machines.length; left > 0 && !ending.signal.aborted; ) {
    left = machines.length - (await store.get(machines.map(keys.machine))).entries.length
    if (left > 0) await delay(20)
  }
}
