import {keys, prefixes} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {parseUnitFile, type ReadUnitFile} from '../unit/file.ts'

/** Unit files by hash, read; fetched when first needed and kept as long as something here needs them. */
export class FileCache {
  private readonly store: Store
  private readonly files = new Map<string, ReadUnitFile>()

  constructor(store: Store) {
    this.store = store
  }

  file(hash: string): ReadUnitFile | undefined {
    return this.files.get(hash)
  }

  /** Fetches what is missing of the hashes and forgets every other file. Throws UnreachableError as the store does. */
  async keepOnly(hashes: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    for (const known of this.files.keys()) if (!hashes.has(known)) this.files.delete(known)
    const missing = [...hashes].filter(hash => !this.files.has(hash))
    for (let at = 0; at < missing.length; at += batch) {
      const {entries} = await this.store.get(missing.slice(at, at + batch).map(keys.file), {signal})
      for (const {key, value} of entries) this.files.set(key.slice(prefixes.files.length), parseUnitFile(value))
    }
  }
}

/** A unit file is a few kilobytes; an answer of etcd holds some megabytes. */
const batch = 64
