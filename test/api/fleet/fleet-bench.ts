import {expect} from 'vitest'
import {fleetFamilies} from '../../../src/lib/api/fleet/fleet-family.ts'
import {type Answer, HttpError, type RouteFamily} from '../../../src/lib/api/http.ts'
import {LiveCluster} from '../../../src/lib/api/live-cluster.ts'
import {refusalOf} from '../../../src/lib/api/server/http-errors.ts'
import {parametersOf, RouteTable} from '../../../src/lib/api/server/route-table.ts'
import {silentLog} from '../../../src/lib/base/log.ts'
import {type Entry, maxWrites} from '../../../src/lib/store/store.ts'
import {DisturbedStore} from '../../fakes/disturbed-store.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Undefined without a body. */
  readonly json: unknown
}

/** fleet's API over a store in memory, called without a socket. */
export class FleetBench {
  readonly store = new DisturbedStore()
  readonly cluster = new LiveCluster({store: this.store, log: silentLog, monotonic: () => performance.now()})
  readonly #table: RouteTable

  constructor() {
    const root: RouteFamily = {prefix: '/', routes: [], renderError: ({status}) => ({status})}
    this.#table = new RouteTable([root, ...fleetFamilies({cluster: this.cluster})])
  }

  async put(...entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += maxWrites) {
      const writes = entries.slice(at, at + maxWrites).map(({key, value}) => ({kind: 'put', key, value}) as const)
      await this.store.inner.commit([], writes)
    }
  }

  /** Sends `GET /fleet/v1/units`; a body goes as JSON unless it is a text. */
  async call(line: string, body?: unknown, headers: Readonly<Record<string, string>> = json): Promise<Reply> {
    const [method = '', target = ''] = line.split(' ')
    const answer = await this.#answer(method, target, {body, headers})
    const text = typeof answer.body === 'string' || Buffer.isBuffer(answer.body) ? answer.body.toString() : ''
    const value: unknown = text === '' ? undefined : JSON.parse(text)
    return {status: answer.status, headers: answer.headers ?? {}, body: text, json: value}
  }

  close(): void {
    this.cluster.close()
    this.store.close()
  }

  async #answer(
    method: string,
    target: string,
    sent: {body: unknown; headers: Readonly<Record<string, string>>},
  ): Promise<Answer> {
    const [path = '', query] = target.split('?')
    const {family, endpoints, values} = this.#table.find(path)
    try {
      if (endpoints === undefined) throw new HttpError(404, 'no such path')
      const endpoint = endpoints.get(method)
      if (endpoint === undefined) {
        throw new HttpError(405, 'no such method', {headers: {allow: [...endpoints.keys()].join(', ')}})
      }
      return await endpoint.route.answer({
        method,
        path,
        parameters: parametersOf(endpoint.names, values),
        query: new URLSearchParams(query),
        headers: sent.body === undefined ? {} : sent.headers,
        caller: 'test',
        role: 'admin',
        signal: new AbortController().signal,
        body: async () => Buffer.from(typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body)),
      })
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) throw error
      return family.renderError(refusal)
    }
  }
}

/** Matches a message that is told whole, or by a pattern. */
export function told(message: string | RegExp): unknown {
  return typeof message === 'string' ? message : expect.stringMatching(message)
}

const json = {'content-type': 'application/json'}
