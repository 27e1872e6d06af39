import {ConflictError, UnreachableError} from '../base/errors.ts'
import {Backoff} from './backoff.ts'
import {keys} from './keys.ts'
import {CompactedError, type Guard, type Session, type Store} from './store.ts'

/** What a candidate holds while it leads. */
export interface Leadership {
  /** Goes with every write made as leader: it no longer holds once another leads, or the same one anew. */
  readonly guard: Guard
  /** Aborts when the session is lost, when the leader key is seen deleted or replaced, and on resigning. */
  readonly lost: AbortSignal
  /** Gives the leadership up at once. */
  resign(): Promise<void>
}

/**
 * Waits until this candidate leads: creates the leader key under its session, and while another holds it watches that key
 * and nothing else. A leader key of the same session (an agent that was restarted and took its session over, or a commit whose answer
 * was lost) is deleted and created anew, so that writes still on their way from before fail. Unreachable stores are
 * waited for. Throws the signal's reason, or ConflictError when the session is lost.
 */
export async function campaign(
  store: Store,
  session: Session,
  value: string,
  {signal}: {readonly signal: AbortSignal},
): Promise<Leadership> {
  const ended = AbortSignal.any([signal, session.lost])
  const backoff = new Backoff()
  while (!ended.aborted) {
    try {
      const createRevision = await tryToLead(store, session, {value, signal: ended})
      if (createRevision !== undefined) return new Leader(store, session, {createRevision, signal})
      backoff.reset()
    } catch (thrown) {
      if (ended.aborted) break
      if (!(thrown instanceof UnreachableError) && !(thrown instanceof CompactedError)) throw thrown
      await backoff.wait(ended)
    }
  }
  signal.throwIfAborted()
  throw new ConflictError(`session ${session.id} was lost while waiting to lead`, {cause: session.lost.reason})
}

/** The create revision of our leader key, or undefined after another's is gone. */
async function tryToLead(
  store: Store,
  session: Session,
  {value, signal}: {readonly value: string; readonly signal: AbortSignal},
): Promise<number | undefined> {
  const {entries, revision} = await store.get([keys.leader], {signal})
  const [held] = entries
  if (held === undefined) {
    const absent: Guard = {kind: 'unchanged', key: keys.leader, modRevision: 0}
    const result = await store.commit([absent], [{kind: 'put', key: keys.leader, value, session: session.id}], {signal})
    return result.ok ? result.revision : undefined
  }
  if (held.session === session.id) {
    const same: Guard = {kind: 'unchanged', key: keys.leader, modRevision: held.modRevision}
    await store.commit([same], [{kind: 'delete', key: keys.leader}], {signal})
    return undefined
  }
  for await (const {events} of store.watch([keys.leader], revision, signal)) {
    if (events.some(event => event.kind === 'delete' && event.key === keys.leader)) break
  }
  return undefined
}

class Leader implements Leadership {
  readonly guard: Guard
  readonly #store: Store
  readonly #over = new AbortController()
  readonly #lost: AbortSignal

  constructor(
    store: Store,
    session: Session,
    {createRevision, signal}: {readonly createRevision: number; readonly signal: AbortSignal},
  ) {
    this.#store = store
    this.guard = {kind: 'created', key: keys.leader, createRevision}
    this.#lost = AbortSignal.any([session.lost, this.#over.signal])
    void this.#follow(createRevision, AbortSignal.any([signal, this.#lost]))
  }

  get lost(): AbortSignal {
    return this.#lost
  }

  async resign(): Promise<void> {
    this.#over.abort(new Error('resigned'))
    await this.#store.commit([this.guard], [{kind: 'delete', key: keys.leader}])
  }

  /** Any change of the leader key ends the leadership: its holder writes it once. */
  async #follow(createRevision: number, signal: AbortSignal): Promise<void> {
    try {
      await keyChanges(this.#store, createRevision, signal)
      if (!signal.aborted) this.#over.abort(new Error('the leader key is gone or another leads'))
    } catch (thrown) {
      this.#over.abort(thrown)
    }
  }
}

/** Resolves when the leader key is no longer what was written at `createRevision`, or the signal aborts. */
async function keyChanges(store: Store, createRevision: number, signal: AbortSignal): Promise<void> {
  let revision = createRevision
  const backoff = new Backoff()
  while (!signal.aborted) {
    try {
      for await (const {events} of store.watch([keys.leader], revision, signal)) {
        if (events.some(event => (event.kind === 'put' ? event.entry.key : event.key) === keys.leader)) return
      }
      return
    } catch (thrown) {
      if (!(thrown instanceof CompactedError)) throw thrown
    }
    try {
      const listing = await store.get([keys.leader], {signal})
      if (listing.entries[0]?.modRevision !== createRevision) return
      revision = listing.revision
    } catch (thrown) {
      if (signal.aborted) return
      if (!(thrown instanceof UnreachableError)) throw thrown
      await backoff.wait(signal)
    }
  }
}
