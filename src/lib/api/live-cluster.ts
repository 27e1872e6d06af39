import {messageOf, UnreachableError} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {ClusterView} from '../cluster/view.ts'
import {caughtUpWith} from '../store/caught-up.ts'
import {keys, prefixes} from '../store/keys.ts'
import {type Mirror, openMirror} from '../store/mirror.ts'
import type {Change, Store, WatchLink} from '../store/store.ts'
import {ClusterIndex} from './cluster-index.ts'
import {Hearing} from './hearing.ts'

/** All that the API shows. */
export const watched = [
  prefixes.files,
  prefixes.units,
  prefixes.machines,
  prefixes.machineSettings,
  prefixes.assignments,
  prefixes.states,
  prefixes.refusals,
  prefixes.moves,
  keys.clusterSettings,
  keys.leader,
  keys.hold,
]

export interface LiveClusterOptions {
  readonly store: Store
  readonly log: Log
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number
  /** How long the copy is kept after the last one who used it; a minute unless given. */
  readonly idleMilliseconds?: number
}

/** The cluster as it is at a revision; valid until the next `await` of who holds it. */
export interface Glimpse {
  readonly view: ClusterView
  /** The same one as long as the view is. */
  readonly index: ClusterIndex
  readonly revision: number
}

export interface Subscription {
  /** The revision of what `view` shows now; each later change comes to the listener. */
  readonly revision: number
  readonly view: ClusterView
  /** Settles when no more changes come: the agent ends, or the cluster has to be read anew. */
  readonly done: Promise<void>
  /** The changes after `revision` that are still remembered; undefined when older ones are needed than there are. */
  since(revision: number): readonly Change[] | undefined
  end(): void
}

/**
 * The whole cluster for those who ask this machine about it: read from etcd once and kept by a watch, as long as somebody asks.
 * Nothing is held while nobody does, so that a machine at rest reads nothing.
 */
export class LiveCluster {
  readonly store: Store
  private readonly options: LiveClusterOptions
  private readonly over = new AbortController()
  private readonly listeners = new Set<(change: Change) => void>()
  private copy: Copy | undefined
  private opening: Promise<Copy> | undefined
  private probing: Promise<void> | undefined
  private provenAt = 0
  private usedAt = 0
  private timer: NodeJS.Timeout | undefined

  constructor(options: LiveClusterOptions) {
    this.store = options.store
    this.options = options
  }

  /** What is so now. Throws UnreachableError when etcd does not answer, rather than tell what may be old. */
  async look(): Promise<Glimpse> {
    const copy = this.copy ?? (await this.current())
    this.usedAt = this.options.monotonic()
    if (copy.hearing.isBehind || !this.isProven) await this.prove(copy)
    return copy.glimpse()
  }

  /** What is so once this copy has seen a revision that changed something in it: an own write is always in what follows it. */
  async lookAfter(revision: number, signal: AbortSignal): Promise<Glimpse> {
    const copy = await this.current()
    await copy.mirror.reached(revision, signal)
    return copy.glimpse()
  }

  /** Calls the listener with every change from now on, until it is ended. */
  async subscribe(listener: (change: Change) => void): Promise<Subscription> {
    const copy = await this.current()
    this.listeners.add(listener)
    return {
      revision: copy.mirror.revision,
      view: copy.view,
      done: copy.ended,
      since: revision => copy.since(revision),
      end: () => {
        this.listeners.delete(listener)
        this.usedAt = this.options.monotonic()
      },
    }
  }

  close(): void {
    clearTimeout(this.timer)
    this.over.abort(new UnreachableError('the agent is ending'))
    this.copy?.end()
  }

  private async current(): Promise<Copy> {
    this.usedAt = this.options.monotonic()
    if (this.copy !== undefined) return this.copy
    this.opening ??= this.open().finally(() => {
      this.opening = undefined
    })
    return this.opening
  }

  private async open(): Promise<Copy> {
    const {store, monotonic} = this.options
    const hearing = new Hearing(monotonic)
    const copy = await Copy.open(store, hearing, {
      signal: this.over.signal,
      onChange: change => {
        for (const listener of this.listeners) listener(change)
      },
      linked: isThere => hearing.linked(isThere),
    })
    this.provenAt = this.options.monotonic()
    this.copy = copy
    copy.ended
      .catch(error => this.options.log.warning(`the API reads the cluster anew: ${messageOf(error)}`))
      .finally(() => {
        if (this.copy === copy) this.copy = undefined
      })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.tidy(), this.idle).unref()
    return copy
  }

  private get isProven(): boolean {
    return this.options.monotonic() - this.provenAt < proofMilliseconds
  }

  private get idle(): number {
    return this.options.idleMilliseconds ?? 60_000
  }

  private tidy(): void {
    const rest = this.usedAt + this.idle - this.options.monotonic()
    if (rest > 0 || this.listeners.size > 0) {
      this.timer = setTimeout(() => this.tidy(), Math.max(rest, 1_000)).unref()
      return
    }
    this.copy?.end()
    this.copy = undefined
  }

  /** A watch says nothing while its connection is down: now and then etcd has to answer for it. All who ask wait for one answer. */
  private prove(copy: Copy): Promise<void> {
    this.probing ??= this.probe(copy).finally(() => {
      this.probing = undefined
    })
    return this.probing
  }

  /** That etcd answers says something of the copy only as long as the watch is there, and has told what it missed while it was not. */
  private async probe({hearing, mirror}: Copy): Promise<void> {
    const {signal} = this.over
    const {store, monotonic} = this.options
    await hearing.until(() => true, signal)
    await hearing.catchUp(async () => {
      const {revision} = await store.get([keys.cluster], {signal})
      if (!hearing.isBehind || mirror.revision >= revision) return
      await hearing.until(caughtUpWith(mirror, await store.list(watched, {keysOnly: true, signal})), signal)
    })
    this.provenAt = monotonic()
  }
}

/** For so long etcd's last answer counts. */
const proofMilliseconds = 500
/** Changes remembered for streams that resume. */
const remembered = 4096

interface CopyOptions {
  readonly signal: AbortSignal
  readonly onChange: (change: Change) => void
  readonly linked: WatchLink
}

class Copy {
  readonly mirror: Mirror
  readonly view: ClusterView
  readonly hearing: Hearing
  readonly ended: Promise<void>
  private readonly stop: AbortController
  private readonly recent: Change[] = []
  private index: ClusterIndex | undefined
  /** The revision after which every change is in `recent`. */
  private from: number

  private constructor(mirror: Mirror, view: ClusterView, hearing: Hearing, stop: AbortController) {
    this.mirror = mirror
    this.hearing = hearing
    this.view = view
    this.stop = stop
    this.from = mirror.revision
    this.ended = mirror.done
  }

  static async open(store: Store, hearing: Hearing, {signal, onChange, linked}: CopyOptions): Promise<Copy> {
    const stop = new AbortController()
    let copy: Copy | undefined
    let view = new ClusterView()
    const mirror = await openMirror(store, watched, {
      signal: AbortSignal.any([signal, stop.signal]),
      onChange: (events, revision) => {
        const change = {events, revision}
        copy?.take(change)
        onChange(change)
      },
      // Page by page: others have their turn in between.
      reading: () => {
        view = new ClusterView()
        return entry => view.put(entry)
      },
      linked,
    })
    copy = new Copy(mirror, view, hearing, stop)
    return copy
  }

  glimpse(): Glimpse {
    this.index ??= new ClusterIndex(this.view)
    return {view: this.view, index: this.index, revision: this.mirror.revision}
  }

  since(revision: number): readonly Change[] | undefined {
    return revision < this.from ? undefined : this.recent.filter(change => change.revision > revision)
  }

  end(): void {
    this.stop.abort(new Error('nobody asks any more'))
  }

  private take(change: Change): void {
    this.view.apply(change.events)
    this.index?.apply(change.events)
    this.hearing.heard()
    this.recent.push(change)
    if (this.recent.length <= remembered) return
    const [gone] = this.recent.splice(0, 1)
    this.from = gone?.revision ?? this.from
  }
}
