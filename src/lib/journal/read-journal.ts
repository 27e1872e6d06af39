import {Bell} from '../base/bell.ts'
import {CtlError, exitCodes, NotFoundError, UnreachableError} from '../base/errors.ts'
import {readUnits, unitPrefixes} from '../cluster/read.ts'
import {unknownUnits} from '../cluster/unknown-units.ts'
import {ClusterView} from '../cluster/view.ts'
import {keys} from '../store/keys.ts'
import {openMirror} from '../store/mirror.ts'
import type {Store} from '../store/store.ts'
import {FollowedPlaces} from './follow-places.ts'
import {HostPool, type Reach} from './host-pool.ts'
import type {JournalLine} from './line.ts'
import {describeMoves, standingOf} from './moves.ts'
import {PlaceNames} from './place-names.ts'
import {PlaceReader, type ReadingRoom} from './place-reader.ts'
import {type Place, placeKey, placesOf, whyNowhere} from './places.ts'
import {readPast, type Unread} from './read-past.ts'
import {reportedLines} from './reported-lines.ts'
import type {Span} from './source.ts'
import {unitDrivers} from './unit-drivers.ts'

export interface JournalRequest {
  /** Names of units. */
  readonly units: readonly string[]
  /** Only what is on this machine, by its id. */
  readonly machine?: string | undefined
  readonly span: Span
  readonly follow: boolean
  /** Whether journalctl is run by sudo. */
  readonly sudo: boolean
}

export interface JournalOutlet {
  /** Is called once, before the first line, with all places there are. `nameOf`: how a machine is called. */
  readonly begin: (places: readonly Place[], nameOf: (machine: string) => string) => void
  /** Takes lines in order, and resolves when more may come. */
  readonly print: (lines: readonly JournalLine[], nameOf: (machine: string) => string) => Promise<void>
  /** Takes a sentence for the operator. */
  readonly tell: (text: string) => void
}

export interface JournalAccess {
  readonly store: Store
  readonly reach: Reach
}

/**
 * Prints the lines of units from wherever they are, and with `follow` those to come, also from where a unit moves to, until
 * the signal aborts or none of them is known any more. Throws NotFoundError for units that are not known or have no place,
 * UnreachableError for places that could not be read: both when everything else has been printed.
 */
export async function readJournal(
  request: JournalRequest,
  outlet: JournalOutlet,
  access: JournalAccess,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const reading = AbortSignal.any([signal, over.signal])
  const pool = new HostPool(access.reach, reading)
  try {
    const cluster = request.follow ? await openCluster(access.store, reading) : await lookAt(access.store, request, reading)
    await new JournalReading(request, outlet, {cluster, pool, store: access.store}, reading).run()
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    over.abort()
    pool.close()
  }
}

/** The cluster as it is by now, and a bell for when it changes. */
interface LiveCluster {
  readonly view: ClusterView
  readonly changed: Bell
  /** What ended the watch, if anything has. */
  readonly broken: () => unknown
}

/** As much of the cluster as a request that does not follow looks at; it does not change. */
async function lookAt(store: Store, {units, machine}: JournalRequest, signal: AbortSignal): Promise<LiveCluster> {
  const also = [keys.cluster, ...(machine === undefined ? [] : [keys.machine(machine)])]
  return {view: await readUnits(store, units, signal, {keys: also}), changed: new Bell(), broken: () => undefined}
}

async function openCluster(store: Store, signal: AbortSignal): Promise<LiveCluster> {
  const view = new ClusterView()
  const changed = new Bell()
  let broken: unknown
  const mirror = await openMirror(store, [...unitPrefixes, keys.cluster], {
    signal,
    onChange: changes => {
      view.apply(changes)
      changed.ring()
    },
  })
  for (const entry of mirror.entries.values()) view.put(entry)
  mirror.done.catch(error => {
    broken = error
    changed.ring()
  })
  return {view, changed, broken: () => broken}
}

class JournalReading {
  readonly #request: JournalRequest
  readonly #outlet: JournalOutlet
  readonly #cluster: LiveCluster
  readonly #store: Store
  readonly #names: PlaceNames
  readonly #readers = new Map<string, PlaceReader>()
  readonly #room: ReadingRoom
  readonly #signal: AbortSignal

  constructor(
    request: JournalRequest,
    outlet: JournalOutlet,
    {cluster, pool, store}: {readonly cluster: LiveCluster; readonly pool: HostPool; readonly store: Store},
    signal: AbortSignal,
  ) {
    this.#request = request
    this.#outlet = outlet
    this.#cluster = cluster
    this.#store = store
    this.#names = new PlaceNames(cluster.view)
    this.#signal = signal
    const driverOf = unitDrivers(store, signal)
    const warned = new Set<string>()
    this.#room = {
      clusterId: cluster.view.clusterId ?? '',
      sudo: request.sudo,
      warn: text => {
        if (!warned.has(text)) outlet.tell(text)
        warned.add(text)
      },
      reached: async ({machine, registered}) => {
        if (registered !== undefined) return pool.get(registered)
        throw new UnreachableError(`machine ${this.#names.of(machine)} is lost`, {
          hint: '`ctl list-machines` shows which are there',
        })
      },
      driverOf: ({unit, file}) => driverOf(unit, file),
    }
  }

  async run(): Promise<void> {
    const {view} = this.#cluster
    const {units, machine, span, follow} = this.#request
    const places = units.flatMap(unit => placesOf(view, unit, machine))
    const placed = new Set(places.map(place => place.unit))
    const nowhere = units.filter(unit => !placed.has(unit))
    if (places.length === 0) throw await this.#nowhere(nowhere)
    this.#outlet.begin(places, id => this.#names.of(id))
    if (nowhere.length > 0) this.#outlet.tell((await this.#nowhere(nowhere)).message)
    const {lines, unread} = await readPast(places, span, place => this.#past(place))
    await this.#print(lines)
    this.#signal.throwIfAborted()
    const failed = follow ? await this.#follow(places) : unread
    if (failed.length > 0) throw unreadError(failed)
    if (nowhere.length > 0 && !follow) throw await this.#nowhere(nowhere)
  }

  /** Of a lost machine's unit what it reported last is all there is to show. */
  async #past(place: Place): Promise<readonly JournalLine[]> {
    try {
      return await this.#readerOf(place).past(place, this.#request.span, this.#signal)
    } catch (error) {
      if (place.registered !== undefined || !(error instanceof UnreachableError)) throw error
      const lines = reportedLines(this.#cluster.view.state(place.machine, place.unit))
      if (lines.length > 0) {
        this.#outlet.tell(`machine ${this.#names.of(place.machine)} is lost: what it reported last of ${place.unit} follows`)
        await this.#print(lines)
      }
      throw error
    }
  }

  async #follow(begun: readonly Place[]): Promise<readonly Unread[]> {
    const {view, changed, broken} = this.#cluster
    const {units, machine, span} = this.#request
    const over = new AbortController()
    const places = new FollowedPlaces(
      {
        print: lines => this.#print(lines),
        tell: this.#outlet.tell,
        readerOf: place => this.#readerOf(place),
        renew: place => ({...place, registered: view.machines.get(place.machine) ?? place.registered}),
        nameOf: id => this.#names.of(id),
        changed: () => changed.ring(),
      },
      this.#signal,
    )
    places.set(begun, span)
    const printing = places.printAll(AbortSignal.any([this.#signal, over.signal]))
    printing.catch(() => changed.ring())
    let standings = new Map(units.map(unit => [unit, standingOf(view, unit, machine)]))
    while (!this.#signal.aborted && broken() === undefined) {
      const now = new Map(units.map(unit => [unit, standingOf(view, unit, machine)]))
      for (const [unit, standing] of now) {
        const before = standings.get(unit)
        if (before !== undefined)
          for (const text of describeMoves(this.#names, view, unit, {before, after: standing})) this.#outlet.tell(text)
      }
      standings = now
      const wanted = units.flatMap(unit => placesOf(view, unit, machine))
      places.set(wanted, {lines: Number.POSITIVE_INFINITY, arrived: Date.now()})
      const known = units.some(unit => view.units.has(unit))
      if (places.count === 0 && (!known || (wanted.length > 0 && places.unread.length > 0))) break
      await Promise.race([changed.wait(this.#signal), printing])
    }
    over.abort()
    await printing
    if (broken() !== undefined) throw broken()
    this.#signal.throwIfAborted()
    return places.unread
  }

  #print(lines: readonly JournalLine[]): Promise<void> {
    return this.#outlet.print(lines, machine => this.#names.of(machine))
  }

  #readerOf(place: Place): PlaceReader {
    const key = placeKey(place)
    const known = this.#readers.get(key)
    if (known !== undefined) return known
    const reader = new PlaceReader(this.#room)
    this.#readers.set(key, reader)
    return reader
  }

  async #nowhere(units: readonly string[]): Promise<NotFoundError> {
    const {view} = this.#cluster
    const {machine} = this.#request
    const unknown = units.filter(unit => !view.units.has(unit))
    if (unknown.length > 0) return await unknownUnits(this.#store, unknown, {signal: this.#signal})
    const reasons = units.map(unit =>
      machine === undefined ? `${unit} has no place: ${whyNowhere(view, unit)}` : `${unit} is not on ${this.#names.of(machine)}`,
    )
    return new NotFoundError(reasons.join('\n'), {hint: '`ctl status UNIT` shows more'})
  }
}

/** Says all that could not be read, with the hint and the exit code of the first. */
function unreadError(unread: readonly Unread[]): CtlError {
  const [first] = unread
  const told = unread.map(({place, error}) => `no lines of ${place.unit}: ${error.message}`)
  const options = first?.error.hint === undefined ? {} : {hint: first.error.hint}
  return new CtlError(first?.error.exitCode ?? exitCodes.unreachable, [...new Set(told)].join('\n'), options)
}
