import type {Goal} from '../../src/lib/cluster/progress.ts'
import {Follower, type GoalProgress} from '../../src/lib/cluster/wait.ts'
import type {Store} from '../../src/lib/store/store.ts'

/** Follows a cluster from now on until the goals are reached. */
export async function waitFor(
  store: Store,
  goals: readonly Goal[],
  onProgress: (progress: GoalProgress) => void,
  signal: AbortSignal,
): Promise<GoalProgress> {
  const follower = new Follower(store, signal)
  try {
    return await follower.waitFor(goals, onProgress, signal)
  } finally {
    follower.close()
  }
}
