import {setTimeout as delay} from 'node:timers/promises'
import type {ChangeEvent, Store} from '../../src/lib/store/store.ts'

/** One watch that stays. A new one for each wait would begin behind, and etcd lets those who are behind catch up ten times a second. */
export interface Follower {
  /** Resolves with the time (performance.now) at which a change came of which `isLast` says so; asked of each from now on. */
  until(isLast: (event: ChangeEvent) => boolean): Promise<number>
}

/** Calls `use` with a watch of the prefixes that is up to date; ends it whatever happens. */
export async function withFollower<T>(
  store: Store,
  {prefixes, signal}: {readonly prefixes: readonly string[]; readonly signal: AbortSignal},
  use: (follower: Follower) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const follower = new Following()
  const revision = await revisionOf(store, signal)
  const ended = follower.run(store.watch([...prefixes, sentinel], revision, AbortSignal.any([signal, over.signal])))
  ended.catch(() => {})
  try {
    await Promise.race([catchUp(store, follower, signal), ended])
    return await use(follower)
  } finally {
    over.abort()
    await ended
  }
}

/** The revision at which the store stands. */
async function revisionOf(store: Store, signal: AbortSignal): Promise<number> {
  return (await store.get([sentinel], {signal})).revision
}

const sentinel = 'bench/sentinel'
/** Longer than etcd lets a watch be behind. */
const settleMilliseconds = 250

async function catchUp(store: Store, follower: Follower, signal: AbortSignal): Promise<void> {
  await delay(settleMilliseconds, undefined, {signal})
  const seen = follower.until(event => event.kind === 'put' && event.entry.key === sentinel)
  await Promise.all([seen, store.commit([], [{kind: 'put', key: sentinel, value: ''}], {signal})])
}

class Following implements Follower {
  private readonly waiting = new Set<Waiter>()

  async run(changes: AsyncIterable<{readonly events: readonly ChangeEvent[]}>): Promise<void> {
    try {
      for await (const {events} of changes) {
        const now = performance.now()
        for (const waiter of [...this.waiting]) {
          if (!events.some(waiter.isLast)) continue
          this.waiting.delete(waiter)
          waiter.resolve(now)
        }
      }
    } finally {
      for (const {reject} of this.waiting) reject(new Error('the watch ended before what it waits for'))
    }
  }

  until(isLast: (event: ChangeEvent) => boolean): Promise<number> {
    return new Promise((resolve, reject) => this.waiting.add({isLast, resolve, reject}))
  }
}

interface Waiter {
  readonly isLast: (event: ChangeEvent) => boolean
  readonly resolve: (time: number) => void
  readonly reject: (error: Error) => void
}
