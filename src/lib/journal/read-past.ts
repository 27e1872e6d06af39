import {CtlError} from '../base/errors.ts'
import {Limiter} from '../base/limiter.ts'
import type {JournalLine} from './line.ts'
import {mergeByTime} from './merge.ts'
import {type Place, placeKey} from './places.ts'
import type {Span} from './source.ts'

/** A place whose lines could not be read. */
export interface Unread {
  readonly place: Place
  readonly error: CtlError
}

export interface Past {
  /** By time: at most so many of each unit as were asked for. */
  readonly lines: readonly JournalLine[]
  readonly unread: readonly Unread[]
}

/** Reads the past of several places, many at once. What cannot be read does not keep back the rest. */
export async function readPast(
  places: readonly Place[],
  span: Span,
  read: (place: Place) => Promise<readonly JournalLine[]>,
): Promise<Past> {
  const limiter = new Limiter(width)
  const unread: Unread[] = []
  const byUnit = new Map<string, (readonly JournalLine[])[]>()
  const found = await Promise.all(
    places.map(place =>
      limiter.run(async () => {
        try {
          return {place, lines: await read(place)}
        } catch (error) {
          if (!(error instanceof CtlError)) throw error
          unread.push({place, error})
          return {place, lines: []}
        }
      }),
    ),
  )
  for (const {place, lines} of found) byUnit.set(place.unit, [...(byUnit.get(place.unit) ?? []), lines])
  const tails = [...byUnit.values()].map(lists => lastOf(mergeByTime(lists), span.lines))
  return {lines: mergeByTime(tails), unread: unread.sort((a, b) => (placeKey(a.place) < placeKey(b.place) ? -1 : 1))}
}

const width = 32

function lastOf(lines: readonly JournalLine[], count: number): readonly JournalLine[] {
  return count === 0 ? [] : count === Number.POSITIVE_INFINITY ? lines : lines.slice(-count)
}
