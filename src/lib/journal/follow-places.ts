import {setTimeout as rest} from 'node:timers/promises'
import {Bell} from '../base/bell.ts'
import {CtlError, UnreachableError} from '../base/errors.ts'
import {Backoff} from '../store/backoff.ts'
import type {JournalLine} from './line.ts'
import {HoldBack} from './merge.ts'
import type {Beginning, PlaceReader} from './place-reader.ts'
import {type Place, placeKey} from './places.ts'
import type {Unread} from './read-past.ts'

export interface FollowOptions {
  /** Takes the lines in order, and resolves when more may come. */
  readonly print: (lines: readonly JournalLine[]) => Promise<void>
  readonly tell: (text: string) => void
  /** Reads a place; the same one each time. */
  readonly readerOf: (place: Place) => PlaceReader
  /** What is known of a place by now. */
  readonly renew: (place: Place) => Place
  /** How a machine is called. */
  readonly nameOf: (machine: string) => string
  /** Called when a place is not followed any more. */
  readonly changed: () => void
}

/** Follows places that come and go, and prints their lines together in order of time. */
export class FollowedPlaces {
  readonly #options: FollowOptions
  readonly #signal: AbortSignal
  readonly #bell = new Bell()
  readonly #followed = new Map<string, Followed>()
  readonly #held = new HoldBack<JournalLine>(holdMilliseconds)
  /** Places that cannot be read at all. */
  readonly unread: Unread[] = []
  readonly #unreadable = new Set<string>()
  #broken: {readonly error: unknown} | undefined

  constructor(options: FollowOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  /** How many are being followed. */
  get count(): number {
    return this.#followed.size
  }

  /** Follows these from now on, and no others. `beginning`: what is wanted of the past of one that was not followed before. */
  set(places: readonly Place[], beginning: Beginning): void {
    const wanted = new Set(places.map(placeKey))
    for (const [key, followed] of this.#followed) if (!wanted.has(key)) this.#leave(followed)
    for (const place of places) {
      const key = placeKey(place)
      const followed = this.#followed.get(key)
      if ((followed !== undefined && !followed.leaving) || this.#unreadable.has(key)) continue
      followed?.over.abort()
      this.#enter(key, place, beginning)
    }
  }

  /** Prints what comes until the signal aborts. Throws what printing throws. */
  async printAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.print(this.#held.take(performance.now()))
      if (this.#broken !== undefined) throw this.#broken.error
      const due = this.#held.nextDue()
      await this.#bell.wait(signal, due === undefined ? undefined : due - performance.now())
    }
    await this.#options.print(this.#held.takeAll())
  }

  #enter(key: string, place: Place, beginning: Beginning): void {
    const over = new AbortController()
    const followed: Followed = {over, leaving: false}
    this.#followed.set(key, followed)
    this.#follow(place, beginning, AbortSignal.any([over.signal, this.#signal]))
      .catch(error => {
        if (!this.#signal.aborted) this.#broken = {error}
      })
      .finally(() => {
        if (this.#followed.get(key) === followed) this.#followed.delete(key)
        this.#bell.ring()
        this.#options.changed()
      })
  }

  /** What was printed last is still on its way. */
  #leave(followed: Followed): void {
    if (followed.leaving) return
    followed.leaving = true
    rest(lastWordsMilliseconds, undefined, {signal: this.#signal}).then(
      () => followed.over.abort(),
      () => {},
    )
  }

  async #follow(place: Place, beginning: Beginning, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(100, 5_000)
    let said = false
    while (!signal.aborted) {
      try {
        const now = this.#options.renew(place)
        for await (const lines of this.#options.readerOf(place).follow(now, beginning, signal)) {
          if (said) this.#options.tell(`${this.#options.nameOf(place.machine)} is reached again`)
          said = false
          backoff.reset()
          if (lines.length === 0) continue
          this.#held.push(placeKey(place), lines, performance.now())
          this.#bell.ring()
        }
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CtlError)) throw error
        if (!(error instanceof UnreachableError)) {
          this.unread.push({place, error})
          this.#unreadable.add(placeKey(place))
          this.#options.tell(`${place.unit}: ${error.message}`)
          return
        }
        if (!said) this.#options.tell(`${error.message}; trying again`)
        said = true
      }
      await backoff.wait(signal)
    }
  }
}

interface Followed {
  readonly over: AbortController
  leaving: boolean
}

/** A line of another machine that was said before may be so much later. */
const holdMilliseconds = 80
const lastWordsMilliseconds = 700
