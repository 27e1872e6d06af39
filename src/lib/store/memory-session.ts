import type {Session} from './store.ts'

/** A lease as the memory store keeps it; without holders it runs out at `expiresAt` (monotonic milliseconds). */
export interface Lease {
  readonly id: string
  readonly ttlSeconds: number
  readonly holders: Set<Holder>
  expiresAt: number
}

interface Holder {
  /** The lease is gone. */
  lose(): void
  /** The holder keeps it alive no longer. */
  release(): void
}

/** One holder's session on a lease, which counts as acknowledged at every moment until it is released or lost. */
export function openMemorySession(lease: Lease, now: () => number, expire: () => void): Session {
  const lost = new AbortController()
  const holder: Holder = {
    lose: () => {
      holder.release()
      lost.abort(new Error(`session ${lease.id} is over`))
    },
    release: () => {
      if (lease.holders.delete(holder)) lease.expiresAt = now() + lease.ttlSeconds * 1000
    },
  }
  lease.holders.add(holder)
  return {
    id: lease.id,
    ttlSeconds: lease.ttlSeconds,
    lost: lost.signal,
    deadline: () => {
      if (lost.signal.aborted) return Math.min(lease.expiresAt, now())
      return lease.holders.has(holder) ? now() + lease.ttlSeconds * 1000 : lease.expiresAt
    },
    close: async ({revoke}) => {
      if (revoke) expire()
      else holder.release()
    },
  }
}
