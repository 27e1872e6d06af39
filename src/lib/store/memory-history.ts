import {ConflictError} from '../base/errors.ts'
import {type Change, type ChangeEvent, CompactedError, type Entry, type Write} from './store.ts'

interface Version {
  readonly revision: number
  /** Undefined: deleted at that revision. */
  readonly entry: Entry | undefined
}

/** All versions of all keys, and the changes in their order, back to the last compaction. */
export class MemoryHistory {
  readonly #current = new Map<string, Entry>()
  readonly #versions = new Map<string, Version[]>()
  #changes: Change[] = []
  #revision = 1
  #compacted = 0
  readonly #waiting = new Set<() => void>()

  get revision(): number {
    return this.#revision
  }

  get(key: string): Entry | undefined {
    return this.#current.get(key)
  }

  /** The entries at a revision, in no order. Throws CompactedError, or ConflictError for a revision yet to come. */
  entriesAt(revision: number, wanted: (key: string) => boolean): Entry[] {
    if (revision < this.#compacted) throw new CompactedError(this.#compacted)
    if (revision > this.#revision) throw new ConflictError(`revision ${revision} is yet to come`)
    if (revision === this.#revision) return [...this.#current.values()].filter(entry => wanted(entry.key))
    return [...this.#versions]
      .filter(([key]) => wanted(key))
      .flatMap(([, versions]) => versions.findLast(version => version.revision <= revision)?.entry ?? [])
  }

  /** Writes all at one new revision, or at none if nothing changes; the revision after it. */
  apply(writes: readonly Write[]): number {
    const effective = writes.filter(write => write.kind === 'put' || this.#current.has(write.key))
    if (effective.length === 0) return this.#revision
    this.#revision += 1
    this.#changes.push({revision: this.#revision, events: effective.map(write => this.#write(write))})
    for (const wake of [...this.#waiting]) wake()
    return this.#revision
  }

  /** The first change after a revision; throws CompactedError when it may be forgotten. */
  changeAfter(revision: number): Change | undefined {
    if (revision < this.#compacted) throw new CompactedError(this.#compacted)
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#changes[low]
  }

  /** Resolves at the next change, or when the signal aborts. */
  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  compact(revision: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision))
    this.#changes = this.#changes.filter(change => change.revision > this.#compacted)
    for (const [key, versions] of this.#versions) {
      const first = versions.findLastIndex(version => version.revision <= this.#compacted)
      const kept = versions.slice(Math.max(first, 0)).filter((version, at) => at > 0 || version.entry !== undefined)
      if (kept.length === 0) this.#versions.delete(key)
      else this.#versions.set(key, kept)
    }
    for (const wake of [...this.#waiting]) wake()
  }

  #write(write: Write): ChangeEvent {
    const versions = this.#versions.get(write.key) ?? []
    this.#versions.set(write.key, versions)
    if (write.kind === 'delete') {
      this.#current.delete(write.key)
      versions.push({revision: this.#revision, entry: undefined})
      return {kind: 'delete', key: write.key}
    }
    const entry: Entry = {
      key: write.key,
      value: write.value,
      createRevision: this.#current.get(write.key)?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      ...(write.session === undefined ? {} : {session: write.session}),
    }
    this.#current.set(write.key, entry)
    versions.push({revision: this.#revision, entry})
    return {kind: 'put', entry}
  }
}
