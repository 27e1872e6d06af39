import {Bell} from '../base/bell.ts'
import {keys, parseKey, prefixes} from '../store/keys.ts'
import {openMirror} from '../store/mirror.ts'
import type {ChangeEvent, Store} from '../store/store.ts'
import {type Goal, type Progress, progressOf} from './progress.ts'
import {ClusterView} from './view.ts'

export type GoalProgress = ReadonlyMap<string, Progress>

/** All that a wait looks at; the files are nothing to it. */
const watched = [
  prefixes.units,
  prefixes.machines,
  prefixes.assignments,
  prefixes.states,
  prefixes.refusals,
  keys.leader,
  keys.hold,
]

/**
 * Follows the cluster until every goal is done, failed or refused, or the signal aborts; tells `onProgress` after every
 * change. The result is how far each came.
 */
export async function waitFor(
  store: Store,
  goals: readonly Goal[],
  onProgress: (progress: GoalProgress) => void,
  signal: AbortSignal,
): Promise<GoalProgress> {
  const over = new AbortController()
  const bell = new Bell()
  const tracker = new GoalTracker(goals)
  try {
    const mirror = await openMirror(store, watched, {
      signal: AbortSignal.any([signal, over.signal]),
      onChange: changes => {
        tracker.apply(changes)
        bell.ring()
      },
    }).catch(error => {
      if (!signal.aborted) throw error
    })
    if (mirror === undefined) return tracker.unseen()
    tracker.begin(mirror.entries.values())
    let broken: {readonly error: unknown} | undefined
    mirror.done.catch(error => {
      broken = {error}
      bell.ring()
    })
    for (;;) {
      const progress = tracker.look()
      onProgress(progress)
      if (signal.aborted || tracker.waiting === 0) return progress
      await bell.wait(signal)
      if (broken !== undefined && !signal.aborted) throw broken.error
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return tracker.look()
  } finally {
    over.abort()
  }
}

/** Holds the goals against a view that changes, and looks again only at those that a change touched. */
class GoalTracker {
  private readonly goals: ReadonlyMap<string, Goal>
  private readonly view = new ClusterView()
  private readonly progress = new Map<string, Progress>()
  private touched: Set<string>
  waiting = 0

  constructor(goals: readonly Goal[]) {
    this.goals = new Map(goals.map(goal => [goal.name, goal]))
    this.touched = new Set(this.goals.keys())
  }

  begin(entries: Parameters<typeof ClusterView.of>[0]): void {
    for (const entry of entries) this.view.put(entry)
    this.touched = new Set(this.goals.keys())
  }

  apply(changes: readonly ChangeEvent[]): void {
    this.view.apply(changes)
    for (const change of changes) {
      const key = parseKey(change.kind === 'put' ? change.entry.key : change.key)
      if (key !== undefined && 'unit' in key) this.touched.add(key.unit)
      else this.touched = new Set(this.goals.keys())
    }
  }

  /** The answer of one that has seen nothing. */
  unseen(): GoalProgress {
    return new Map([...this.goals.keys()].map(name => [name, {status: 'waiting', text: 'the cluster has not answered yet'}]))
  }

  look(): GoalProgress {
    for (const name of this.touched) {
      const goal = this.goals.get(name)
      if (goal === undefined) continue
      const before = this.progress.get(name)
      // What has come to its end is not looked at again: a later failure is another story.
      if (before !== undefined && before.status !== 'waiting') continue
      this.progress.set(name, progressOf(this.view, goal))
    }
    this.touched.clear()
    this.waiting = [...this.progress.values()].filter(({status}) => status === 'waiting').length
    return this.progress
  }
}
