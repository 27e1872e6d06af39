import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {runAgent} from '../../../src/lib/agent/run-agent.ts'
import {fleetFamilies} from '../../../src/lib/api/fleet/fleet-family.ts'
import type {RouteFamily} from '../../../src/lib/api/http.ts'
import {LiveCluster} from '../../../src/lib/api/live-cluster.ts'
import {type ApiServer, openApiServer} from '../../../src/lib/api/server/open-server.ts'
import {silentLog} from '../../../src/lib/base/log.ts'
import {MemoryDriver} from '../../../src/lib/drivers/memory/memory-driver.ts'
import {parseFleetEndpoint} from '../../../src/lib/fleet-client/endpoint.ts'
import {openTransport} from '../../../src/lib/fleet-client/transport.ts'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import type {Store} from '../../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'
import {Fleetctl} from '../../fakes/fleetctl.ts'
import {until} from '../../fakes/until.ts'

/** A cluster that runs nothing and says it did: a real etcd, real agents and engine, and fleet's API on a unix socket. */
export class FleetCluster {
  readonly store: Store
  readonly etcd: EtcdServer
  /** `unix:///…/api.sock`. */
  readonly endpoint: string
  readonly #directory: string
  readonly #ending = new AbortController()
  readonly #agents: Promise<void>[] = []
  readonly #cluster: LiveCluster
  #server: ApiServer | undefined

  constructor(made: {etcd: EtcdServer; store: Store; directory: string}) {
    this.etcd = made.etcd
    this.store = made.store
    this.#directory = made.directory
    this.endpoint = `unix://${join(made.directory, 'api.sock')}`
    this.#cluster = new LiveCluster({store: made.store, log: silentLog, monotonic: () => performance.now()})
  }

  async open(machines: readonly string[]): Promise<void> {
    for (const machine of machines) this.#agents.push(this.#startAgent(machine))
    const root: RouteFamily = {prefix: '/', routes: [], renderError: ({status}) => ({status})}
    this.#server = await openApiServer({
      families: [root, ...fleetFamilies({cluster: this.#cluster})],
      listeners: [{kind: 'socket', path: join(this.#directory, 'api.sock')}],
      log: silentLog,
    })
    await until(
      'every machine is registered',
      async () => (await this.store.list(['machines/'])).entries.length === machines.length,
    )
  }

  fleetctl(patience?: number): Fleetctl {
    return new Fleetctl(openTransport(parseFleetEndpoint(this.endpoint)), patience)
  }

  async close(): Promise<void> {
    await this.#server?.close()
    this.#cluster.close()
    this.#ending.abort()
    await Promise.allSettled(this.#agents)
    this.store.close()
    await this.etcd.remove()
    await rm(this.#directory, {recursive: true, force: true})
  }

  #startAgent(machine: string): Promise<void> {
    return runAgent({
      settings: {
        machineId: machine,
        name: undefined,
        metadata: {host: machine},
        address: `10.0.0.${machine.length}`,
        stateDirectory: join(this.#directory, machine),
        ttlSeconds: 60,
        onExit: 'keep',
        drainSeconds: 10,
        environmentFile: undefined,
        engine: true,
        offer: {capacity: {}, reserve: {}},
      },
      version: 'test',
      store: this.store,
      openDriver: () => new MemoryDriver({now: Date.now, healthy: true, kinds: ['docker', 'systemd']}),
      log: silentLog,
      signal: this.#ending.signal,
    })
  }
}

export async function openFleetCluster(...machines: readonly string[]): Promise<FleetCluster> {
  const etcd = await startEtcd()
  const store = openEtcdStore({endpoints: [etcd.endpoint]})
  const cluster = new FleetCluster({etcd, store, directory: await mkdtemp(join(tmpdir(), 'meissa-fleet-'))})
  try {
    await cluster.open(machines)
    return cluster
  } catch (error) {
    await cluster.close()
    throw error
  }
}
