import {setTimeout as sleep} from 'node:timers/promises'
import type {Change, ChangeEvent, Session, Store, Write} from '../../src/lib/store/store.ts'

/** The first `count` batches of a watch; fails when they do not come within 15 s. */
export async function takeChanges(
  store: Store,
  request: {readonly prefixes: readonly string[]; readonly revision: number; readonly count: number},
): Promise<readonly Change[]> {
  const changes: Change[] = []
  const patience = AbortSignal.timeout(15_000)
  const enough = new AbortController()
  for await (const change of store.watch(request.prefixes, request.revision, AbortSignal.any([patience, enough.signal]))) {
    changes.push(change)
    if (changes.length >= request.count) enough.abort()
  }
  if (patience.aborted) throw new Error(`${changes.length} of ${request.count} batches came in time`)
  return changes
}

/** A change in short: `4 +a=1 -b`. */
export function describeChange({revision, events}: Change): string {
  return [revision, ...events.map(describeEvent)].join(' ')
}

export function describeEvent(event: ChangeEvent): string {
  return event.kind === 'put' ? `+${event.entry.key}=${event.entry.value}` : `-${event.key}`
}

/** Waits until a condition holds, within 15 s unless said. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  for (const end = performance.now() + withinMs; !(await holds()); await sleep(10)) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
  }
}

/** Resolves when a signal aborts; fails when it does not within 15 s. */
export async function aborted(signal: AbortSignal): Promise<void> {
  await until('the signal aborts', () => signal.aborted)
}

export function put(key: string, value = '', session?: Session): Write {
  return {kind: 'put', key, value, ...(session === undefined ? {} : {session: session.id})}
}

export function remove(key: string): Write {
  return {kind: 'delete', key}
}

/** Orders values by their JSON, for what comes in no promised order. */
export function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
