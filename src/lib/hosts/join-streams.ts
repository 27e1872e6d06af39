import type {Duplex} from 'node:stream'
import {pipeline} from 'node:stream/promises'

/**
 * Passes bytes on in both directions, as fast as each side takes them, and resolves when both have ended. When one breaks the
 * other is closed, and it resolves with what was wrong.
 */
export async function joinStreams(one: Duplex, other: Duplex): Promise<unknown> {
  const ways = await Promise.allSettled([pipeline(one, other), pipeline(other, one)])
  const broken = ways.find(way => way.status === 'rejected')
  if (broken === undefined) return undefined
  one.destroy()
  other.destroy()
  return broken.reason
}
