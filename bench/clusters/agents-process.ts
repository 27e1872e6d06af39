/**
 * `node agents-process.ts ENDPOINT FIRST COUNT DIRECTORY`: so many agents in one process, each the very agent of a machine, with a
 * driver that runs nothing. They share one connection to etcd. Says `ready` once all are registered; ends at SIGTERM.
 */
import {join} from 'node:path'
import {runAgent} from '../../src/lib/agent/run-agent.ts'
import {lineLog} from '../../src/lib/base/log.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {prefixes} from '../../src/lib/store/keys.ts'
import {prefix} from './with-etcd.ts'

const [endpoint = '', first = '0', count = '0', directory = ''] = process.argv.slice(2)
const store = openEtcdStore({endpoints: [endpoint], prefix})
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
const names = Array.from({length: Number(count)}, (_, index) => `a${String(Number(first) + index).padStart(5, '0')}`)
const agents = names.map((machineId, index) =>
  runAgent({
    settings: {
      machineId,
      name: machineId,
      metadata: {zone: String(index % 3)},
      address: '127.0.0.1',
      stateDirectory: join(directory, machineId),
      ttlSeconds: 60,
      onExit: 'keep',
      drainSeconds: 1,
      environmentFile: undefined,
      offer: {capacity: {}, reserve: {}},
      engine: false,
    },
    version: '0.1.0',
    store,
    openDriver: () => new MemoryDriver({now: Date.now}),
    log: lineLog(line => process.stderr.write(line), 'warning'),
    signal: ending.signal,
  }),
)
const ended = Promise.all(agents)
for (let registered = 0; registered < names.length && !ending.signal.aborted; ) {
  const {entries} = await store.list([prefixes.machines], {keysOnly: true})
  const known = new Set(entries.map(({key}) => key.slice(prefixes.machines.length)))
  registered = names.filter(name => known.has(name)).length
  await Promise.race([new Promise(resolve => setTimeout(resolve, 100)), ended])
}
process.stdout.write('ready\n')
await ended
store.close()
