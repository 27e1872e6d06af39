import {Bell} from '../../base/bell.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {GoalProgress} from '../../cluster/wait.ts'
import {keys, prefixes} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {watchCluster} from '../watch/cluster.ts'
import {ProgressView} from './progress-view.ts'

export interface Following {
  readonly signal: AbortSignal
  /** Absent: as long as it takes. */
  readonly timeoutSeconds?: number | undefined
  /** Whether there is anything left to wait for. */
  readonly isOver: (progress: GoalProgress) => boolean
}

/** Looks at the whole cluster as it changes, and shows how far units have come, until that is over; how far they came then. */
export async function followProgress(
  store: Store,
  {signal, timeoutSeconds, isOver}: Following,
  progressOf: (view: ClusterView) => GoalProgress,
): Promise<GoalProgress> {
  const over = new AbortController()
  const patience = timeoutSeconds === undefined ? [] : [AbortSignal.timeout(timeoutSeconds * 1000)]
  const until = AbortSignal.any([signal, over.signal, ...patience])
  const view = new ProgressView({out: process.stdout, err: process.stderr, chalk: coloursFor(process.stderr)})
  let latest: GoalProgress = new Map()
  try {
    await watchCluster(store, everything, {
      signal: until,
      bell: new Bell(),
      everyMs: 1000,
      onLook: look => {
        latest = progressOf(look.view)
        view.update(latest)
        if (isOver(latest)) over.abort()
      },
    })
  } catch (error) {
    if (!until.aborted) throw error
  } finally {
    view.close()
  }
  return latest
}

const everything = [...Object.values(prefixes), keys.leader, keys.hold, keys.clusterSettings]
