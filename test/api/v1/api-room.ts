import {expect} from 'vitest'
import {LiveCluster} from '../../../src/lib/api/live-cluster.ts'
import {requestMetrics} from '../../../src/lib/api/request-metrics.ts'
import {openApiServer} from '../../../src/lib/api/server/open-server.ts'
import {v1Family} from '../../../src/lib/api/v1/family.ts'
import {plainFamily} from '../../../src/lib/api/v1/plain/family.ts'
import {lineLog} from '../../../src/lib/base/log.ts'
import {Metrics} from '../../../src/lib/base/metrics.ts'
import type {RunUse} from '../../../src/lib/drivers/driver.ts'
import {keys} from '../../../src/lib/store/keys.ts'
import type {Entry, Store, Write} from '../../../src/lib/store/store.ts'
import {fileHash} from '../../../src/lib/unit/hash.ts'
import {unitText} from '../../fakes/situation.ts'
import {recordEntry} from '../../fakes/stored-cluster.ts'

export interface Called {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined when it is none. */
  readonly json: Json
}

/** Whatever a test expects it to be. */
export type Json = ReturnType<typeof JSON.parse>

export interface CallOptions {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The API of one agent on a store, served on loopback. */
export class ApiRoom {
  readonly store: Store
  readonly cluster: LiveCluster
  readonly metrics = new Metrics()
  readonly said: string[] = []
  /** Why the machine cannot do its work. */
  unready: string | undefined
  /** What the runs of the machine take. */
  uses: readonly RunUse[] = []
  url = ''
  private server: {close(): Promise<void>} | undefined
  private readonly reading = new AbortController()

  constructor(store: Store) {
    this.store = store
    const log = lineLog(line => this.said.push(line), 'warning')
    this.cluster = new LiveCluster({store, log, monotonic: () => performance.now()})
  }

  static async open(store: Store): Promise<ApiRoom> {
    const room = new ApiRoom(store)
    const log = lineLog(line => room.said.push(line), 'warning')
    const {cluster, metrics} = room
    const context = {
      cluster,
      metrics,
      log,
      machine: 'm1',
      version: '1.2.3',
      now: Date.now,
      unready: () => room.unready,
      use: async () => room.uses,
    }
    const server = await openApiServer({
      families: [v1Family(context), plainFamily(context)],
      listeners: [{kind: 'loopback', address: {host: '127.0.0.1', port: 0}}],
      log,
      answered: requestMetrics(metrics),
    })
    room.server = server
    room.url = `http://127.0.0.1:${server.ports[0]}`
    return room
  }

  async call(path: string, {method = 'GET', body, headers = {}}: CallOptions = {}): Promise<Called> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.any([this.reading.signal, AbortSignal.timeout(20_000)]),
      ...(body === undefined ? {} : {body}),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
    return {status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined}
  }

  /** The JSON of an answer of this status. */
  async json(path: string, options: CallOptions & {readonly status?: number} = {}): Promise<Json> {
    const {status, json, text} = await this.call(path, options)
    expect(status, text).toBe(options.status ?? 200)
    return json
  }

  /** Puts a text as a unit. */
  put(name: string, text: string, query = ''): Promise<Called> {
    return this.call(`/v1/units/${name}${query}`, {method: 'PUT', body: text, headers: {'content-type': 'text/plain'}})
  }

  /** A stream of events that is read as it comes. */
  async events(query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const answer = await fetch(`${this.url}/v1/events${query}`, {headers, signal: this.reading.signal})
    if (answer.status !== 200 || answer.body === null) throw new Error(`${answer.status}: ${await answer.text()}`)
    return new EventReader(answer.body)
  }

  /** Writes all of it at one revision; what is there twice once. */
  async write(...writes: readonly Write[]): Promise<number> {
    const {ok, revision} = await this.store.commit([], [...new Map(writes.map(write => [write.key, write])).values()])
    if (!ok) throw new Error('not written')
    return revision
  }

  entries(...entries: readonly Entry[]): Promise<number> {
    return this.write(...entries.map(({key, value}) => ({kind: 'put', key, value}) as const))
  }

  /** Ends the agent's side; who reads still may. */
  async stop(): Promise<void> {
    await this.server?.close()
    this.cluster.close()
  }

  async close(): Promise<void> {
    await this.stop()
    this.reading.abort()
  }
}

/** Reads a stream's text, until it ends or is let go. */
export class EventReader {
  text = ''
  ended = false
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>

  constructor(body: ReadableStream<Uint8Array>) {
    this.reader = body.getReader()
    void this.read()
  }

  /** The events of an NDJSON stream so far, but for heartbeats. */
  get events(): readonly Json[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line))
      .filter(({kind}) => kind !== 'heartbeat')
  }

  async cancel(): Promise<void> {
    await this.reader.cancel().catch(() => {})
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for (;;) {
        const {done, value} = await this.reader.read()
        if (done) break
        this.text += decoder.decode(value, {stream: true})
      }
    } catch {
      // The server or the test has ended it.
    }
    this.ended = true
  }
}

/** A unit's record and its file, as `PUT` would have written them. */
export function known(unit: string, text: string = unitText(), parts: Parameters<typeof recordEntry>[1] = {}): readonly Write[] {
  const {key, value} = recordEntry(unit, {file: fileHash(text), ...parts})
  return [
    {kind: 'put', key, value},
    {kind: 'put', key: keys.file(fileHash(text)), value: text},
  ]
}
