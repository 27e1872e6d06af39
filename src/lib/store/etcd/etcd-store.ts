import type {
  Change,
  CommitResult,
  GetOptions,
  Glance,
  Guard,
  Listing,
  ListOptions,
  Session,
  Store,
  WatchLink,
  Write,
} from '../store.ts'
import {commitWrites} from './commit.ts'
import {Endpoints} from './endpoints.ts'
import {Keyspace} from './keyspace.ts'
import {defaultPrefix, type EtcdOptions} from './options.ts'
import {getEntries, glanceEntries, listEntries} from './range.ts'
import {adoptEtcdSession, openEtcdSession} from './session.ts'
import {watchChanges} from './watch.ts'

export type {EtcdOptions} from './options.ts'

/** A Store on etcd v3. Connects when first used; throws UsageError for endpoints that are none. */
export function openEtcdStore(options: EtcdOptions): Store {
  return new EtcdStore(new Endpoints(options), new Keyspace(options.prefix ?? defaultPrefix))
}

class EtcdStore implements Store {
  readonly #endpoints: Endpoints
  readonly #keyspace: Keyspace

  constructor(endpoints: Endpoints, keyspace: Keyspace) {
    this.#endpoints = endpoints
    this.#keyspace = keyspace
  }

  async list(prefixes: readonly string[], options: ListOptions = {}): Promise<Listing> {
    return await listEntries(this.#endpoints, this.#keyspace, {...options, prefixes})
  }

  async glance(wanted: readonly Glance[], options: {readonly signal?: AbortSignal} = {}): Promise<{readonly revision: number}> {
    return await glanceEntries(this.#endpoints, this.#keyspace, wanted, options)
  }

  async get(keys: readonly string[], options: GetOptions = {}): Promise<Listing> {
    return await getEntries(this.#endpoints, this.#keyspace, {...options, keys})
  }

  async commit(
    guards: readonly Guard[],
    writes: readonly Write[],
    options: {readonly signal?: AbortSignal} = {},
  ): Promise<CommitResult> {
    return await commitWrites(this.#endpoints, this.#keyspace, {guards, writes, signal: options.signal})
  }

  watch(prefixes: readonly string[], revision: number, signal: AbortSignal, linked?: WatchLink): AsyncIterable<Change> {
    return watchChanges(this.#endpoints, this.#keyspace, {prefixes, revision, signal, linked})
  }

  async openSession(ttlSeconds: number): Promise<Session> {
    return await openEtcdSession(this.#endpoints, ttlSeconds)
  }

  async adoptSession(id: string): Promise<Session | undefined> {
    return await adoptEtcdSession(this.#endpoints, id)
  }

  close(): void {
    this.#endpoints.close()
  }
}
