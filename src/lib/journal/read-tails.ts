import {CtlError, UnreachableError} from '../base/errors.ts'
import {Limiter} from '../base/limiter.ts'
import {whenAborted} from '../base/when-aborted.ts'
import type {ClusterView} from '../cluster/view.ts'
import {HostPool} from './host-pool.ts'
import type {JournalLine} from './line.ts'
import {PlaceNames} from './place-names.ts'
import {PlaceReader, type ReadingRoom} from './place-reader.ts'
import {type Place, placeKey, placesOf} from './places.ts'
import type {JournalAccess} from './read-journal.ts'
import {unitDrivers} from './unit-drivers.ts'

/** The last lines of a unit on a machine; or why they cannot be had. */
export type Tail = {readonly lines: readonly JournalLine[]} | {readonly error: CtlError}

export interface TailOptions {
  /** So many of each place. */
  readonly lines: number
  /** So long each place is waited for, in milliseconds. */
  readonly patience: number
}

/** The last lines of units wherever `view` has them, as `placeKey` names the places. A place that cannot be read in time does not keep back the others. */
export async function readTails(
  units: readonly string[],
  {lines, patience}: TailOptions,
  {view, store, reach}: JournalAccess & {readonly view: ClusterView},
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tail>> {
  const over = new AbortController()
  const reading = AbortSignal.any([signal, over.signal])
  const pool = new HostPool(reach, reading)
  try {
    const names = new PlaceNames(view)
    const driverOf = unitDrivers(store, reading)
    const room: ReadingRoom = {
      clusterId: view.clusterId ?? '',
      sudo: false,
      warn: () => {},
      reached: async ({machine, registered}) => {
        if (registered !== undefined) return pool.get(registered)
        throw new UnreachableError(`machine ${names.of(machine)} is lost`)
      },
      driverOf: ({unit, file}) => driverOf(unit, file),
    }
    const read = async (place: Place): Promise<Tail> => {
      const late = AbortSignal.timeout(patience)
      const past = new PlaceReader(room).past(place, {lines}, AbortSignal.any([reading, late]))
      try {
        return {lines: await Promise.race([past, whenAborted(late).then(() => Promise.reject(late.reason))])}
      } catch (error) {
        signal.throwIfAborted()
        if (late.aborted)
          return {error: new UnreachableError(`machine ${names.of(place.machine)} did not answer within ${patience / 1000}s`)}
        if (error instanceof CtlError) return {error}
        throw error
      }
    }
    const limiter = new Limiter(width)
    const places = units.flatMap(unit => placesOf(view, unit))
    return new Map(await Promise.all(places.map(async place => [placeKey(place), await limiter.run(() => read(place))] as const)))
  } finally {
    over.abort()
    pool.close()
  }
}

/** So many places are read at once. */
const width = 32
