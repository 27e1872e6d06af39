import {Bell} from '../base/bell.ts'
import type {DockerClient} from '../drivers/docker/client.ts'
import {containerChanges} from '../drivers/docker/events.ts'
import type {Owner} from '../drivers/docker/labels.ts'
import type {TimedLine} from '../drivers/docker/timed-lines.ts'
import {containerLines, containersOf, type UnitContainer, unitFilter} from '../drivers/docker/unit-logs.ts'
import type {JournalLine} from './line.ts'
import type {LineSource, Span} from './source.ts'

/** What the containers of a unit print: those of earlier runs as far as they are still there, one after the other. */
export class DockerSource implements LineSource {
  readonly #client: DockerClient
  readonly #owner: Owner

  constructor(client: DockerClient, owner: Owner) {
    this.#client = client
    this.#owner = owner
  }

  async past({lines, ...bounds}: Span, signal: AbortSignal): Promise<readonly JournalLine[]> {
    const containers = await containersOf(this.#client, this.#owner, signal)
    let found: readonly JournalLine[] = []
    // From the newest back, until there are enough.
    for (const container of containers.toReversed()) {
      const missing = lines - found.length
      if (missing <= 0) break
      const wanted = {...bounds, ...(missing === Number.POSITIVE_INFINITY ? {} : {tail: missing})}
      const own: JournalLine[] = []
      for await (const batch of containerLines(this.#client, container, wanted, signal))
        own.push(...this.#linesOf(container, batch))
      found = [...own, ...found]
    }
    return found
  }

  async *follow(since: number | undefined, signal: AbortSignal): AsyncGenerator<readonly JournalLine[]> {
    const changes = new Changes(this.#client, this.#owner, signal)
    const reading = new Map<string, Reading>()
    try {
      for (;;) {
        await changes.wait()
        for (const container of await containersOf(this.#client, this.#owner, signal)) {
          const before = reading.get(container.id)
          if (before?.done === container.startedAt) continue
          const state: Reading = {last: before?.last ?? -1n, done: container.running ? undefined : container.startedAt}
          reading.set(container.id, state)
          yield* this.#rest(container, state, since, signal)
          if (container.running) changes.expect()
        }
      }
    } finally {
      changes.close()
    }
  }

  /** What of a container has not been read; of one that runs until it ends. */
  async *#rest(
    container: UnitContainer,
    state: Reading,
    since: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<readonly JournalLine[]> {
    const from = state.last < 0n ? since : Number(state.last / 1_000_000n)
    const known = state.last
    const wanted = {...(from === undefined ? {} : {since: from}), follow: container.running}
    for await (const batch of containerLines(this.#client, container, wanted, signal)) {
      const lines = batch.filter(({nanoseconds}) => nanoseconds > known)
      for (const {nanoseconds} of lines) if (nanoseconds > state.last) state.last = nanoseconds
      if (lines.length > 0) yield this.#linesOf(container, lines)
    }
  }

  #linesOf({id}: UnitContainer, lines: readonly TimedLine[]): readonly JournalLine[] {
    const {unit, machine} = this.#owner
    return lines.map(line => ({...line, unit, machine, container: id}))
  }
}

/** How far a container has been read. */
interface Reading {
  /** Nanoseconds of its newest line. */
  last: bigint
  /** When that run began of which everything has been read. */
  readonly done: string | undefined
}

/** What Docker says of a unit's containers while they are read one after the other. */
class Changes {
  readonly #over = new AbortController()
  readonly #bell = new Bell()
  readonly #signal: AbortSignal
  #patience = Number.POSITIVE_INFINITY
  #broken: {readonly error: unknown} | undefined

  constructor(client: DockerClient, owner: Owner, signal: AbortSignal) {
    this.#signal = AbortSignal.any([signal, this.#over.signal])
    this.#listen(client, owner).catch(error => {
      this.#broken = {error}
      this.#bell.ring()
    })
  }

  /** Resolves when the containers are worth a look: at the beginning, and when Docker said something of them. */
  async wait(): Promise<void> {
    await this.#bell.wait(this.#signal, this.#patience)
    this.#patience = Number.POSITIVE_INFINITY
    this.#signal.throwIfAborted()
    if (this.#broken !== undefined) throw this.#broken.error
  }

  /** Something is about to be said; if not, a look is due all the same. */
  expect(): void {
    this.#patience = patienceMilliseconds
  }

  close(): void {
    this.#over.abort()
  }

  async #listen(client: DockerClient, owner: Owner): Promise<void> {
    // The first time says that from here on nothing is missed.
    for await (const _ of containerChanges(client, unitFilter(owner), this.#signal)) this.#bell.ring()
  }
}

const patienceMilliseconds = 1_000
