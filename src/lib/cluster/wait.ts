import {Bell} from '../base/bell.ts'
import {keys, parseKey} from '../store/keys.ts'
import {type Mirror, openMirror} from '../store/mirror.ts'
import type {ChangeEvent, Entry, Store} from '../store/store.ts'
import {type Goal, type Progress, progressOf} from './progress.ts'
import {unitPrefixes} from './read.ts'
import {ClusterView} from './view.ts'

export type GoalProgress = ReadonlyMap<string, Progress>

/** All that a wait looks at; the files are nothing to it. */
const watched = [...unitPrefixes, keys.leader, keys.hold]

/**
 * Follows the cluster from now on. Opened before a wish is written, it hears of what follows at once: etcd tells a watch
 * that begins after the fact only at its next round of catching up, every tenth of a second.
 */
export class Follower {
  private readonly over = new AbortController()
  private readonly bell = new Bell()
  private readonly opened: Promise<Mirror | undefined>
  private readonly signal: AbortSignal
  private tracker: GoalTracker | undefined
  private broken: {readonly error: unknown} | undefined

  constructor(store: Store, signal: AbortSignal) {
    this.signal = signal
    this.opened = this.open(store)
    // Told to who waits.
    this.opened.catch(() => {})
  }

  /**
   * Waits until every goal is done, failed or refused, or the signal aborts; tells `onProgress` after every change. The
   * result is how far each came. `revision`: that of the newest record the goals speak of. Throws what the store throws.
   */
  async waitFor(
    goals: readonly Goal[],
    revision: number,
    onProgress: (progress: GoalProgress) => void,
    signal: AbortSignal,
  ): Promise<GoalProgress> {
    const mirror = await orAborted(this.opened, signal)
    if (mirror === undefined) return unseen(goals)
    await mirror.reached(revision, signal).catch(error => {
      if (!signal.aborted) throw error
    })
    if (mirror.revision < revision) return unseen(goals)
    const tracker = new GoalTracker(goals, mirror.entries.values())
    this.tracker = tracker
    for (;;) {
      const progress = tracker.look()
      onProgress(progress)
      if (signal.aborted || tracker.waiting === 0) return progress
      await this.bell.wait(signal)
      if (this.broken !== undefined && !signal.aborted) throw this.broken.error
    }
  }

  close(): void {
    this.over.abort()
  }

  private async open(store: Store): Promise<Mirror | undefined> {
    const signal = AbortSignal.any([this.signal, this.over.signal])
    const mirror = await openMirror(store, watched, {
      signal,
      onChange: changes => {
        this.tracker?.apply(changes)
        this.bell.ring()
      },
    }).catch(error => {
      if (!signal.aborted) throw error
    })
    if (mirror === undefined) return undefined
    mirror.done.catch(error => {
      this.broken = {error}
      this.bell.ring()
    })
    return mirror
  }
}

/** What the promise resolves to, or undefined as soon as the signal aborts. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => resolve(undefined)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, {once: true})
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** The answer of one who has seen nothing. */
function unseen(goals: readonly Goal[]): GoalProgress {
  return new Map(goals.map(({name}) => [name, {status: 'waiting', text: 'the cluster has not answered yet'}]))
}

/**
 * Holds the goals against a cluster that changes, and looks again only at those that a change touched. Of other units nothing is looked at:
 * decoding what a large cluster says of them would take longer than the wish.
 */
class GoalTracker {
  private readonly goals: ReadonlyMap<string, Goal>
  private readonly view = new ClusterView()
  private readonly progress = new Map<string, Progress>()
  private touched: Set<string>
  waiting = 0

  constructor(goals: readonly Goal[], entries: Iterable<Entry>) {
    this.goals = new Map(goals.map(goal => [goal.name, goal]))
    this.touched = new Set(this.goals.keys())
    for (const entry of entries) if (this.concerned(entry.key) !== 'none') this.view.put(entry)
  }

  apply(changes: readonly ChangeEvent[]): void {
    for (const change of changes) {
      const concerned = this.concerned(change.kind === 'put' ? change.entry.key : change.key)
      if (concerned === 'none') continue
      this.view.apply([change])
      if (concerned === 'all') this.touched = new Set(this.goals.keys())
      else this.touched.add(concerned.unit)
    }
  }

  /** Whom a key concerns: the goal of its unit, all when it is of no unit. */
  private concerned(name: string): {readonly unit: string} | 'all' | 'none' {
    const key = parseKey(name)
    if (key === undefined || !('unit' in key)) return 'all'
    return this.goals.has(key.unit) ? key : 'none'
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
