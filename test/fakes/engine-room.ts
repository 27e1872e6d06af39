import type {Log, LogLevel} from '../../src/lib/base/log.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {runEngine} from '../../src/lib/engine/engine.ts'
import {maxWrites, type Session, type Write} from '../../src/lib/store/store.ts'
import {DisturbedStore} from './disturbed-store.ts'
import {type StoredStory, writesFor} from './engine-story.ts'
import {shortName} from './snapshot.ts'
import {until} from './until.ts'

/** One who would lead: what it says, and when it has ended. */
export interface Candidate {
  readonly name: string
  readonly session: Session
  readonly lines: readonly string[]
  readonly ended: Promise<void>
  stop(): void
}

/** A store in the process with engines on it. */
export class EngineRoom {
  readonly store = new DisturbedStore()
  private readonly over = new AbortController()
  private readonly running: Promise<void>[] = []

  /** An engine with a session of its own. */
  async engine(name: string): Promise<Candidate> {
    const session = await this.store.openSession(60)
    const stopping = new AbortController()
    const lines: string[] = []
    const signal = AbortSignal.any([this.over.signal, stopping.signal])
    const ended = runEngine(
      {store: this.store, session, machine: name, log: logInto(lines), monotonic: () => performance.now(), now: () => Date.now()},
      signal,
    )
    this.running.push(ended.catch(() => {}))
    return {name, session, lines, ended, stop: () => stopping.abort()}
  }

  async tell(story: StoredStory, session?: Session): Promise<void> {
    await this.write(writesFor(story, session?.id))
  }

  async write(writes: readonly Write[]): Promise<void> {
    for (let at = 0; at < writes.length; at += maxWrites) await this.store.inner.commit([], writes.slice(at, at + maxWrites))
  }

  async view(): Promise<ClusterView> {
    return ClusterView.of((await this.store.inner.list([''])).entries)
  }

  /** Waits until exactly these stand: `web@1 on a`, in any order. */
  async stands(...places: readonly string[]): Promise<void> {
    let found: readonly string[] = []
    await until(`${places.join(', ')}`, async () => {
      found = [...(await this.view()).allAssignments()].map(({unit, machine}) => `${shortName(unit)} on ${machine}`)
      return found.toSorted().join() === places.toSorted().join()
    }).catch(error => {
      throw new Error(`${error.message}; there is: ${found.join(', ')}`)
    })
  }

  /** Waits until something holds of what is stored. */
  async sees(what: string, holds: (view: ClusterView) => boolean): Promise<void> {
    await until(what, async () => holds(await this.view()))
  }

  async leader(): Promise<string | undefined> {
    return (await this.view()).leader?.machine
  }

  /** Ends every engine and waits for it. */
  async close(): Promise<void> {
    this.over.abort()
    await Promise.all(this.running)
    this.store.close()
  }
}

function logInto(lines: string[]): Log {
  const at = (level: LogLevel) => (message: string) => {
    lines.push(`${level} ${message}`)
  }
  return {debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error')}
}
