import {DockerSource} from './docker-source.ts'
import type {Reached} from './host-pool.ts'
import {JournaldSource} from './journald-source.ts'
import type {JournalLine} from './line.ts'
import type {Place} from './places.ts'
import {Seen} from './seen.ts'
import type {LineSource, Span} from './source.ts'

/** What it takes to read a place, beside the place. */
export interface ReadingRoom {
  readonly clusterId: string
  readonly sudo: boolean
  readonly warn: (text: string) => void
  /** Throws UnreachableError. */
  readonly reached: (place: Place) => Promise<Reached>
  /** Which driver runs what this unit file says. */
  readonly driverOf: (place: Place) => Promise<'docker' | 'systemd'>
}

/** What is wanted at first of a place. */
export interface Beginning extends Span {
  /**
   * When the unit came there, by the clock here (milliseconds since the epoch): what a journal has of an earlier stay is not
   * wanted. Of containers there are only those of this stay.
   */
  readonly arrived?: number
}

/** Reads one place, now and again: what was passed on once does not come again. */
export class PlaceReader {
  readonly #room: ReadingRoom
  readonly #seen = new Seen()
  #begun = false

  constructor(room: ReadingRoom) {
    this.#room = room
  }

  /** The last lines of the past; with them reading has begun. */
  async past(place: Place, {arrived, ...span}: Beginning, signal: AbortSignal): Promise<readonly JournalLine[]> {
    const {source, keepsAll} = await this.#open(place)
    const from = keepsAll && arrived !== undefined ? {since: arrived - clocksMilliseconds} : {}
    const lines = await source.past({...span, ...from, lines: span.lines + margin}, signal)
    this.#seen.begin(lines)
    this.#begun = true
    return span.lines === 0 ? [] : lines.slice(-span.lines)
  }

  /** As `past` where reading has not begun; then every line that has not been passed on, until an error. */
  async *follow(place: Place, span: Beginning, signal: AbortSignal): AsyncGenerator<readonly JournalLine[]> {
    if (!this.#begun) yield await this.past(place, span, signal)
    const {source} = await this.#open(place)
    this.#seen.again()
    for await (const lines of source.follow(this.#seen.since ?? span.since, signal)) yield this.#seen.unseen(lines)
  }

  async #open(place: Place): Promise<{readonly source: LineSource; readonly keepsAll: boolean}> {
    const {reached, driverOf, clusterId, sudo, warn} = this.#room
    const [{host, docker}, driver] = await Promise.all([reached(place), driverOf(place)])
    const {unit, machine} = place
    if (driver === 'docker') return {source: new DockerSource(docker, {cluster: clusterId, machine, unit}), keepsAll: false}
    return {source: new JournaldSource({host, unit, machine, sudo, warn}), keepsAll: true}
  }
}

/** So much the clocks of two machines may differ. */
const clocksMilliseconds = 5_000

/** So many lines more are read than are wanted: a line may come in a little after a later one. */
const margin = 20
