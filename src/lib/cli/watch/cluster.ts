import {setTimeout as sleep} from 'node:timers/promises'
import type {Bell} from '../../base/bell.ts'
import {ClusterView} from '../../cluster/view.ts'
import {openMirror} from '../../store/mirror.ts'
import type {ChangeEvent, Store} from '../../store/store.ts'
import {Pulse} from './pulse.ts'

export interface Look {
  readonly view: ClusterView
  /** Since when etcd has not answered, in milliseconds since the epoch; undefined while it does. */
  readonly awaySince: number | undefined
}

export interface WatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** Rung by whoever wants another look. */
  readonly bell: Bell
  /** Look again after this long without a change; absent: never. */
  readonly everyMs?: number | undefined
  readonly onLook: (look: Look) => void
}

/** Shortest time between two looks, and the most of its time that a slow look may take. */
const leastPauseMs = 100
const pausePerLook = 3

/**
 * Keeps a view of these prefixes by a watch, and looks at it: at once, then after changes, at most ten times a second and more
 * seldom when a look takes long. Resolves when the signal aborts; throws what the store throws, but outlives an etcd that is
 * away for a while once it has answered.
 */
export async function watchCluster(store: Store, prefixes: readonly string[], options: WatchOptions): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const {bell} = options
  let changes: ChangeEvent[] = []
  let broken: {readonly error: unknown} | undefined
  try {
    const onChange = (events: readonly ChangeEvent[]) => {
      for (const event of events) changes.push(event)
      bell.ring()
    }
    const mirror = await openMirror(store, prefixes, {signal, onChange})
    const view = ClusterView.of(mirror.entries.values())
    changes = []
    mirror.done.catch(error => {
      broken = {error}
      bell.ring()
    })
    const pulse = new Pulse(store, {key: prefixes[0] ?? '', signal, onChange: () => bell.ring()})
    void pulse.run()
    while (!signal.aborted) {
      const begun = performance.now()
      view.apply(changes.splice(0))
      options.onLook({view, awaySince: pulse.awaySince})
      const pause = Math.max(leastPauseMs, pausePerLook * (performance.now() - begun))
      await sleep(pause, undefined, {signal}).catch(() => {})
      await bell.wait(signal, options.everyMs === undefined ? undefined : options.everyMs - pause)
      if (broken !== undefined && !signal.aborted) throw broken.error
    }
  } finally {
    over.abort()
  }
}
