import {setTimeout} from 'node:timers/promises'
import {UnreachableError} from '../../base/errors.ts'
import type {RunCache} from '../run-cache.ts'
import type {DockerClient} from './client.ts'
import {DockerError} from './errors.ts'
import {containerChanges} from './events.ts'
import type {Observed} from './inspected.ts'

export interface Watch {
  readonly client: DockerClient
  readonly labels: readonly string[]
  readonly cache: RunCache<Observed>
  readonly changed: () => void
}

/** Marks in the cache what Docker says has changed and then calls `changed`; comes back after Docker went, until `signal` aborts. */
export async function watchContainers({client, labels, cache, changed}: Watch, signal: AbortSignal): Promise<void> {
  let pause = firstPause
  while (!signal.aborted) {
    let began = false
    try {
      for await (const ids of containerChanges(client, labels, signal)) {
        if (!began) cache.streamBegan()
        began = true
        pause = firstPause
        for (const id of ids) cache.mark(id)
        changed()
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof UnreachableError || error instanceof DockerError)) throw error
    } finally {
      if (began) cache.streamEnded()
    }
    if (signal.aborted) return
    if (began) changed()
    await rest(pause, signal)
    pause = Math.min(2 * pause, longestPause)
  }
}

/** In milliseconds. */
const firstPause = 100
const longestPause = 5_000

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, {signal})
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
