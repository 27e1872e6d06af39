import {Bell} from '../base/bell.ts'
import {keys, parseKey, prefixes} from '../store/keys.ts'
import {patiently} from '../store/patiently.ts'
import {type Change, type ChangeEvent, CompactedError, type Store} from '../store/store.ts'
import {type Goal, type Progress, progressOf} from './progress.ts'
import {type Reading, readUnitsNow, unitPrefixes} from './read.ts'
import {ClusterView} from './view.ts'

export type GoalProgress = ReadonlyMap<string, Progress>

/** What a wait looks at besides units: all that may get them, and who decides. */
const besides = {keys: [keys.leader, keys.hold], prefixes: [prefixes.machines]}
const watched = [...unitPrefixes, ...besides.keys]

/**
 * Follows the cluster from now on. Opened before a wish is written, it hears of what follows at once: etcd tells a watch
 * that begins after the fact only at its next round of catching up, every tenth of a second.
 */
export class Follower {
  private readonly store: Store
  private readonly over = new AbortController()
  private readonly bell = new Bell()
  private readonly signal: AbortSignal
  /** What was heard and not yet held against goals. */
  private heard: Change[] = []
  /** How often it has begun to hear: each time all has to be read anew. */
  private beginnings = 0
  private broken: {readonly error: unknown} | undefined

  constructor(store: Store, signal: AbortSignal) {
    this.store = store
    this.signal = AbortSignal.any([signal, this.over.signal])
    this.listen().catch(error => {
      // Told to who waits.
      this.broken = {error}
      this.bell.ring()
    })
  }

  /**
   * Waits until every goal is done, failed or refused, or the signal aborts; tells `onProgress` after every change. The result is how
   * far each came. The goals are of records that are written. Throws what the store throws.
   */
  async waitFor(
    goals: readonly Goal[],
    onProgress: (progress: GoalProgress) => void,
    signal: AbortSignal,
  ): Promise<GoalProgress> {
    while (this.beginnings === 0 && !signal.aborted) await this.next(signal)
    const tracker = new GoalTracker(goals)
    for (;;) {
      const {beginnings} = this
      const read = () => this.read(goals)
      const reading = await orAborted(beginnings === 1 ? read() : patiently(read, this.signal), signal)
      if (reading === undefined) return tracker.look()
      tracker.begin(reading.view)
      while (beginnings === this.beginnings) {
        for (const {revision, events} of this.heard.splice(0)) if (revision > reading.revision) tracker.apply(events)
        const progress = tracker.look()
        onProgress(progress)
        if (signal.aborted || tracker.waiting === 0) return progress
        await this.next(signal)
      }
    }
  }

  close(): void {
    this.over.abort()
  }

  /** Resolves when something has come, or the signal aborts. Throws what ended the hearing. */
  private async next(signal: AbortSignal): Promise<void> {
    if (this.broken === undefined) await this.bell.wait(signal)
    if (this.broken !== undefined && !signal.aborted) throw this.broken.error
  }

  /** Hears of all changes, until it is closed; begins again when history was compacted away, as soon as etcd can be reached. */
  private async listen(): Promise<void> {
    const {store, signal} = this
    const ask = () => store.get([keys.leader], {signal})
    while (!signal.aborted) {
      try {
        const present = await (this.beginnings === 0 ? ask() : patiently(ask, signal))
        if (present === undefined) return
        this.heard = []
        this.beginnings += 1
        this.bell.ring()
        for await (const change of store.watch(watched, present.revision, signal)) {
          this.heard.push(change)
          this.bell.ring()
        }
      } catch (thrown) {
        if (signal.aborted) return
        if (!(thrown instanceof CompactedError)) throw thrown
      }
    }
  }

  private read(goals: readonly Goal[]): Promise<Reading> {
    const names = goals.map(({name}) => name)
    return readUnitsNow(this.store, names, this.signal, besides)
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

/**
 * Holds the goals against a cluster that changes, and looks again only at those that a change touched. Of other units nothing is looked at:
 * decoding what a large cluster says of them would take longer than the wish.
 */
class GoalTracker {
  private readonly goals: ReadonlyMap<string, Goal>
  private view = new ClusterView()
  private readonly progress: Map<string, Progress>
  private touched = new Set<string>()
  waiting = 0

  constructor(goals: readonly Goal[]) {
    this.goals = new Map(goals.map(goal => [goal.name, goal]))
    this.progress = new Map(goals.map(({name}) => [name, {status: 'waiting', text: 'the cluster has not answered yet'}]))
  }

  /** Goes on from what was read anew. */
  begin(view: ClusterView): void {
    this.view = view
    this.touched = new Set(this.goals.keys())
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
      if (before?.status !== 'waiting') continue
      this.progress.set(name, progressOf(this.view, goal))
    }
    this.touched.clear()
    this.waiting = [...this.progress.values()].filter(({status}) => status === 'waiting').length
    return this.progress
  }
}
