import {ConflictError, UnreachableError} from '../base/errors.ts'
import type {Metrics} from '../base/metrics.ts'
import {type Change, CompactedError, type Store} from './store.ts'

/** The same store; what is asked of it is counted and timed. `now`: milliseconds of a clock that only grows. */
export function measuredStore(store: Store, metrics: Metrics, now: () => number): Store {
  const seconds = metrics.histogram('meissa_etcd_request_duration_seconds', 'How long requests to etcd took.', {
    labels: ['operation'],
  })
  const errors = metrics.counter('meissa_etcd_request_errors_total', 'Requests to etcd that failed.', ['operation', 'error'])
  const events = metrics.counter('meissa_etcd_watch_events_total', 'Changes that etcd told of.')
  const watches = metrics.gauge('meissa_etcd_watches', 'Watches that are open on etcd.')

  const timed = async <T>(operation: string, ask: () => Promise<T>): Promise<T> => {
    const begun = now()
    try {
      return await ask()
    } catch (error) {
      errors.add(1, {operation, error: kindOf(error)})
      throw error
    } finally {
      seconds.observe((now() - begun) / 1000, {operation})
    }
  }

  async function* counted(changes: AsyncIterable<Change>): AsyncGenerator<Change> {
    watches.add(1)
    try {
      for await (const change of changes) {
        events.add(change.events.length)
        yield change
      }
    } finally {
      watches.add(-1)
    }
  }

  return {
    list: (prefixes, options) => timed('list', () => store.list(prefixes, options)),
    glance: (wanted, options) => timed('glance', () => store.glance(wanted, options)),
    get: (keys, options) => timed('get', () => store.get(keys, options)),
    commit: (guards, writes, options) => timed('commit', () => store.commit(guards, writes, options)),
    watch: (prefixes, revision, signal, linked) => counted(store.watch(prefixes, revision, signal, linked)),
    openSession: ttlSeconds => timed('open_session', () => store.openSession(ttlSeconds)),
    adoptSession: id => timed('adopt_session', () => store.adoptSession(id)),
    close: () => store.close(),
  }
}

function kindOf(error: unknown): string {
  if (error instanceof UnreachableError) return 'unreachable'
  if (error instanceof ConflictError) return 'conflict'
  if (error instanceof CompactedError) return 'compacted'
  return error instanceof Error && error.name === 'AbortError' ? 'cancelled' : 'other'
}
