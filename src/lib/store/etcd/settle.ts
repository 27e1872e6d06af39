import {guardHolds} from '../commit-rules.ts'
import type {Entry, Guard, Write} from '../store.ts'
import type {Endpoints} from './endpoints.ts'
import type {Keyspace} from './keyspace.ts'
import {getEntries} from './range.ts'

/** What became of a commit: written at a revision, not written and its guards no longer hold, or neither so far. */
export type Verdict =
  | {readonly kind: 'written'; readonly revision: number}
  | {readonly kind: 'refused'; readonly revision: number}
  | {readonly kind: 'pending'}

export interface LookRequest {
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
  /** A revision from before the commit was sent. */
  readonly floor: number
  /** Monotonic milliseconds at which to give up. */
  readonly until: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks whether a commit took effect: whether there is a revision after `floor` at which every put key got that very value and
 * session, and every deleted key was gone, even if others have written since. A commit of deletes alone counts as
 * written when the keys are gone. A put key that someone deleted meanwhile leaves no trace and counts as not written.
 */
export async function lookForCommit(endpoints: Endpoints, keyspace: Keyspace, request: LookRequest): Promise<Verdict> {
  const past = (keys: readonly string[], revision?: number) =>
    getEntries(endpoints, keyspace, {
      keys,
      ...(revision === undefined ? {} : {revision}),
      signal: request.signal,
      timeoutMs: Math.max(1, request.until - performance.now()),
    })
  const present = await past([...request.guards, ...request.writes].map(({key}) => key))
  const entries = byKey(present.entries)
  const written = await writtenAt(request, {present: entries, revision: present.revision, past})
  if (written !== undefined) return {kind: 'written', revision: written}
  if (request.guards.every(guard => guardHolds(guard, entries.get(guard.key)))) return {kind: 'pending'}
  return {kind: 'refused', revision: present.revision}
}

/** Versions of one key looked back at before giving up. */
const mostVersions = 32

interface View {
  readonly present: ReadonlyMap<string, Entry>
  readonly revision: number
  past(keys: readonly string[], revision: number): Promise<{readonly entries: readonly Entry[]}>
}

async function writtenAt({writes, floor}: LookRequest, {present, revision, past}: View): Promise<number | undefined> {
  const mark = writes.find(write => write.kind === 'put')
  if (mark === undefined) return writes.length > 0 && writes.every(write => !present.has(write.key)) ? revision : undefined
  let entry = present.get(mark.key)
  for (let version = 0; version < mostVersions && entry !== undefined && entry.modRevision > floor; version += 1) {
    const at = entry.modRevision
    if (wrote(mark, entry, at)) {
      const then = byKey(
        (
          await past(
            writes.map(({key}) => key),
            at,
          )
        ).entries,
      )
      if (writes.every(write => wrote(write, then.get(write.key), at))) return at
    }
    entry = (await past([mark.key], at - 1)).entries[0]
  }
  return undefined
}

function wrote(write: Write, entry: Entry | undefined, revision: number): boolean {
  if (write.kind === 'delete') return entry === undefined
  return entry?.modRevision === revision && entry.value === write.value && entry.session === write.session
}

function byKey(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map(entry => [entry.key, entry]))
}
