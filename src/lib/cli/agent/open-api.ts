import type {ServeContext} from '../../agent/run-agent.ts'
import type {ApiContext} from '../../api/context.ts'
import {fleetFamilies} from '../../api/fleet/fleet-family.ts'
import {LiveCluster} from '../../api/live-cluster.ts'
import {requestMetrics} from '../../api/request-metrics.ts'
import {openApiServer} from '../../api/server/open-server.ts'
import {hasGroup} from '../../api/server/unix-socket.ts'
import {v1Family} from '../../api/v1/family.ts'
import {plainFamily} from '../../api/v1/plain/family.ts'
import type {Log} from '../../base/log.ts'
import type {Metrics} from '../../base/metrics.ts'
import type {ApiSettings} from './api-flags.ts'

export interface ApiOptions {
  readonly settings: ApiSettings
  readonly version: string
  readonly log: Log
  readonly metrics: Metrics
  readonly explain?: ApiContext['explain']
}

/** What serves the API of an agent as its settings say; undefined when they say that there is none. */
export function apiOpener(options: ApiOptions): ((context: ServeContext) => Promise<{close(): Promise<void>}>) | undefined {
  const {socket, listeners} = options.settings
  return socket === undefined && listeners.length === 0 ? undefined : context => openApi(options, context)
}

async function openApi({settings, version, log, metrics, explain}: ApiOptions, {store, machine, unready, use}: ServeContext) {
  const cluster = new LiveCluster({store, log, monotonic: () => performance.now()})
  const context = {cluster, machine, version, log, metrics, now: Date.now, unready, use, explain}
  const {socket: path, tokens} = settings
  const group = settings.group ?? ((await hasGroup(usualGroup)) ? usualGroup : undefined)
  const sockets = path === undefined ? [] : [{kind: 'socket' as const, path, ...(group === undefined ? {} : {group})}]
  const server = await openApiServer({
    families: [plainFamily(context), v1Family(context), ...fleetFamilies(context)],
    listeners: [...sockets, ...settings.listeners],
    log,
    answered: requestMetrics(metrics),
    ...(tokens === undefined ? {} : {tokens}),
  })
  return {
    close: async () => {
      await server.close()
      cluster.close()
    },
  }
}

const usualGroup = 'meissa'
