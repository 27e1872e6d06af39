import {setTimeout as delay} from 'node:timers/promises'

/** Work that serves all who ask for it at about the same time: each asker's answer comes from a round begun after it asked. */
export class Batch {
  readonly #work: () => Promise<void>
  readonly #gatherMilliseconds: number
  #next: Promise<void> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(work: () => Promise<void>, gatherMilliseconds: number) {
    this.#work = work
    this.#gatherMilliseconds = gatherMilliseconds
  }

  /** Resolves when a round has ended that began after this call; rejects with its failure. */
  request(): Promise<void> {
    this.#next ??= this.#round()
    return this.#next
  }

  async #round(): Promise<void> {
    await Promise.all([this.#last, delay(this.#gatherMilliseconds)])
    const mine = this.#next
    this.#next = undefined
    this.#last = (mine ?? Promise.resolve()).catch(() => {})
    await this.#work()
  }
}
