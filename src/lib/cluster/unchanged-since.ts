import {ConflictError, UsageError} from '../base/errors.ts'
import {prefixes} from '../store/keys.ts'
import {CompactedError, type Entry, type Store} from '../store/store.ts'

/**
 * Throws ConflictError when units, machines, what was set of machines, or assignments have changed after the revision, naming the
 * first few; also when the revision is so old that nobody knows. Throws UsageError for one that is still to come.
 */
export async function refuseIfChanged(store: Store, since: number, signal: AbortSignal): Promise<void> {
  const now = await store.list(compared, {keysOnly: true, signal})
  if (since > now.revision)
    throw new UsageError(`--at-revision ${since}: the cluster is only at revision ${now.revision}`, {
      hint: '`ctl plan` says the revision that it speaks of',
    })
  const then = await entriesAt(store, since, signal)
  const changed = differences(then, now.entries)
  const [first] = changed
  if (first === undefined) return
  const more = changed.length > shown ? ` and ${changed.length - shown} more` : ''
  throw new ConflictError(`the cluster has changed after revision ${since}: ${changed.slice(0, shown).join(', ')}${more}`, {
    hint: 'nothing was changed; look at the plan again',
  })
}

const compared = [prefixes.units, prefixes.machines, prefixes.machineSettings, prefixes.assignments]
const shown = 3

async function entriesAt(store: Store, revision: number, signal: AbortSignal): Promise<readonly Entry[]> {
  try {
    return (await store.list(compared, {keysOnly: true, revision, signal})).entries
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error
    throw new ConflictError(`revision ${revision} is too old: nobody knows what has changed since`, {
      hint: 'nothing was changed; look at the plan again',
      cause: error,
    })
  }
}

/** The keys that were written, made or taken away between the two. */
function differences(then: readonly Entry[], now: readonly Entry[]): readonly string[] {
  const before = new Map(then.map(({key, modRevision}) => [key, modRevision]))
  const written = now.filter(({key, modRevision}) => before.get(key) !== modRevision).map(({key}) => key)
  const left = new Set(now.map(({key}) => key))
  return [...written, ...[...before.keys()].filter(key => !left.has(key))]
}
