import type {Change} from '../../../store/store.ts'
import {type ClusterEvent, eventsOf} from './event.ts'
import type {EventFilter} from './filter.ts'

/** How a stream is written: server-sent events (html.spec.whatwg.org, 9.2), or one JSON object a line. */
export const formats = ['sse', 'ndjson'] as const
export type Format = (typeof formats)[number]

export const contentTypes: Readonly<Record<Format, string>> = {sse: 'text/event-stream', ndjson: 'application/x-ndjson'}

/** Why a stream ends, for one who is to know what to do then. */
export const endReasons = {
  closing: 'the agent is ending; connect to it again, or to another one, with the last id',
  'too-slow': 'the events come faster than they are read; connect again with the last id',
  anew: 'the cluster is read anew; connect again with the last id',
  compacted: 'what came after the last id is not kept any more; list again, and begin from there',
} as const
export type EndReason = keyof typeof endReasons

/** A change as its streams get it: written once for all that are alike. */
export class WrittenChange {
  readonly revision: number
  private readonly change: Change
  private readonly texts = new Map<string, string>()
  private events: readonly ClusterEvent[] | undefined

  constructor(change: Change) {
    this.change = change
    this.revision = change.revision
  }

  /** Empty when nothing in it is asked for. */
  text(format: Format, filter: EventFilter): string {
    const key = `${format} ${filter.key}`
    const known = this.texts.get(key)
    if (known !== undefined) return known
    this.events ??= eventsOf(this.change)
    const shown = filter.key === '' ? this.events : this.events.filter(event => filter.accepts(event))
    const text = writeEvents(shown, format)
    this.texts.set(key, text)
    return text
  }
}

/** Events of one revision. Only the last bears the id, so that nobody resumes in the middle of a revision. */
function writeEvents(events: readonly ClusterEvent[], format: Format): string {
  const last = events.length - 1
  return events.map((event, at) => writeEvent(event.kind, event, {format, ...(at === last ? {id: event.revision} : {})})).join('')
}

/** The first event of a stream: the revision after which it tells of everything. */
export function writeHello(revision: number, format: Format): string {
  return writeEvent('hello', {kind: 'hello', revision}, {format, id: revision})
}

/** Says that the stream lives, and where to resume it. */
export function writeHeartbeat(revision: number | undefined, format: Format): string {
  if (format === 'sse') return revision === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${revision}\n\n`
  return `${JSON.stringify({kind: 'heartbeat', ...(revision === undefined ? {} : {revision, id: revision})})}\n`
}

/** The last event of a stream that is not ended by its reader. */
export function writeEnd(reason: EndReason, format: Format): string {
  return writeEvent('end', {kind: 'end', reason, message: endReasons[reason]}, {format})
}

function writeEvent(kind: string, value: object, {format, id}: {readonly format: Format; readonly id?: number}): string {
  if (format === 'ndjson') return `${JSON.stringify(id === undefined ? value : {...value, id})}\n`
  return `event: ${kind}\ndata: ${JSON.stringify(value)}\n${id === undefined ? '' : `id: ${id}\n`}\n`
}
