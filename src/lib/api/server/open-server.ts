import type {Log} from '../../base/log.ts'
import type {RouteFamily} from '../http.ts'
import type {Answered} from '../request-metrics.ts'
import type {Door} from './caller.ts'
import {Desk} from './desk.ts'
import {defaultLimits, type Limits} from './limits.ts'
import {Listener, type ListenerSettings} from './listener.ts'
import {RouteTable} from './route-table.ts'
import {TokenFile} from './token-file.ts'

export interface ApiServerOptions {
  readonly families: readonly RouteFamily[]
  readonly listeners: readonly ListenerSettings[]
  /** File of tokens, for the listeners that are no unix sockets. */
  readonly tokens?: string
  readonly limits?: Partial<Limits>
  readonly log: Log
  /** Told of every request that has its answer. */
  readonly answered?: (answered: Answered) => void
}

export interface ApiServer {
  /** The ports that are listened at, in the order of the listeners; undefined for a unix socket and where listening failed. */
  readonly ports: readonly (number | undefined)[]
  /** Listens no more, ends streams, lets other answers be sent for at most two seconds. */
  close(): Promise<void>
}

/**
 * Serves families of routes at all listeners. Resolves when each has been tried; one that cannot listen is told in the log
 * and tried again until the server is closed. Throws a RangeError for routes that cannot stand beside each other.
 */
export async function openApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const {families, tokens, log} = options
  const desk = new Desk({
    table: new RouteTable(families),
    limits: {...defaultLimits, ...options.limits},
    log,
    ...(options.answered === undefined ? {} : {answered: options.answered}),
  })
  const file = tokens === undefined ? undefined : new TokenFile(tokens, log)
  file?.current()
  const shown = file === undefined ? {} : {tokens: () => file.current()}
  const listeners = options.listeners.map(settings => {
    const door: Door = settings.kind === 'socket' ? {kind: 'socket'} : {kind: settings.kind, ...shown}
    return new Listener(settings, door, desk, log)
  })
  await Promise.all(listeners.map(listener => listener.start()))
  return {
    get ports() {
      return listeners.map(({port}) => port)
    },
    close: async () => {
      for (const listener of listeners) listener.close()
      await desk.close()
    },
  }
}
