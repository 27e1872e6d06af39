import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'

/** Unit files by hash, fetched when first needed and kept as long as something here needs them. */
export class FileCache {
  private readonly store: Store
  private readonly texts = new Map<string, string>()

  constructor(store: Store) {
    this.store = store
  }

  text(hash: string): string | undefined {
    return this.texts.get(hash)
  }

  /** Fetches what is missing of the hashes and forgets every other file. Throws UnreachableError as the store does. */
  async keepOnly(hashes: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    for (const known of this.texts.keys()) if (!hashes.has(known)) this.texts.delete(known)
    const missing = [...hashes].filter(hash => !this.texts.has(hash))
    for (let at = 0; at < missing.length; at += batch) {
      const {entries} = await this.store.get(missing.slice(at, at + batch).map(keys.file), {signal})
      for (const {key, value} of entries) this.texts.set(key.slice(keys.file('x').length - 1), value)
    }
  }
}

/** A unit file is a few kilobytes; an answer of etcd holds some megabytes. */
const batch = 64
