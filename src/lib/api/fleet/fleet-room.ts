import type {Store} from '../../store/store.ts'
import type {ApiContext} from '../context.ts'
import type {Answer} from '../http.ts'
import type {LiveCluster} from '../live-cluster.ts'
import {type Picture, Pictures} from './picture.ts'
import {fleetHeaders, overEtcd} from './refusal.ts'

/** What the routes of fleet's API share: the cluster, and what was made of it before. */
export class FleetRoom {
  readonly #cluster: LiveCluster
  readonly #pictures = new Pictures()
  readonly #stopped = new Set<string>()

  constructor({cluster}: Pick<ApiContext, 'cluster'>) {
    this.#cluster = cluster
  }

  get store(): Store {
    return this.#cluster.store
  }

  /** The cluster as it is now. Throws Refusal 503 when etcd does not answer. */
  async look(): Promise<Picture> {
    return this.#pictures.at(await overEtcd(() => this.#cluster.look()))
  }

  /** Waits until what was written shows to whoever asks here next. That it was written stays so when the wait fails. */
  async seen(revision: number, signal: AbortSignal): Promise<void> {
    await this.#cluster.lookAfter(revision, signal).catch(() => {})
  }

  /**
   * `fleetctl restart` sets a unit to loaded, waits until it reads `launched`, and sets it to launched: where a unit stops at once it
   * would wait for ever. So the first who asks for a unit after its stop is told that it has not stopped yet; `fleetctl stop` asks
   * again a quarter of a second later.
   */
  noteStop(unit: string, stops: boolean): void {
    if (stops) this.#stopped.add(unit)
    else this.#stopped.delete(unit)
  }

  wasStopped(unit: string): boolean {
    return this.#stopped.delete(unit)
  }

  json(body: string | Buffer): Answer {
    return {status: 200, headers: {...fleetHeaders, 'content-type': 'application/json'}, body}
  }

  empty(status: number): Answer {
    return {status, headers: fleetHeaders}
  }
}
