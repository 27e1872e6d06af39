import {messageOf} from '../../../base/errors.ts'
import {keys, prefixes} from '../../../store/keys.ts'
import {type Change, CompactedError} from '../../../store/store.ts'
import type {ApiContext} from '../../context.ts'
import {HttpError} from '../../http.ts'
import {type Subscription, watched} from '../../live-cluster.ts'
import {EventStream} from './event-stream.ts'
import type {EventFilter} from './filter.ts'
import {type EndReason, type Format, formats, WrittenChange, writeHeartbeat, writeHello} from './written.ts'

export interface StreamRequest {
  readonly format: Format
  readonly filter: EventFilter
  /** Tell of everything after this revision; from now on when absent. */
  readonly since: number | undefined
  readonly signal: AbortSignal
}

/** What events are made of. */
const shown = watched.filter(each => each !== prefixes.files)

const heartbeatMilliseconds = 15_000
/** Changes that come closer together than so many milliseconds go out together: each way out takes a system call a stream. */
const gatheringMilliseconds = 20

/**
 * Where the changes of the cluster come in once and go out to every stream: each change is written once for all that are
 * alike, and one timer beats for all. It listens as long as there is a stream.
 */
export class EventHub {
  private readonly context: ApiContext
  private readonly streams = new Set<EventStream>()
  private source: Promise<Source> | undefined
  private hearing: Source | undefined
  private heartbeat: NodeJS.Timeout | undefined
  /** Changes that are still to be told. */
  private heard: WrittenChange[] = []
  private gathering: NodeJS.Timeout | undefined

  constructor(context: ApiContext) {
    this.context = context
    const open = context.metrics.gauge('meissa_api_streams', 'Event streams that are open.')
    context.metrics.beforeRender(() => open.set(this.streams.size))
  }

  /** A stream that begins with `hello`. Throws HttpError 410 when `since` is too old, or of another history. */
  async open({format, filter, since, signal}: StreamRequest): Promise<EventStream> {
    const stream: EventStream = new EventStream({format, filter, closed: () => this.leave(stream)})
    this.streams.add(stream)
    try {
      const source = await this.listen()
      const from = since ?? source.position
      if (since !== undefined) await this.checkPast(since, source, signal)
      stream.seen = from
      stream.push(writeHello(from, format))
      this.heartbeat ??= setInterval(() => this.beat(source), heartbeatMilliseconds).unref()
      signal.addEventListener('abort', () => stream.end('closing'), {once: true})
      if (signal.aborted) stream.end('closing')
      this.tellPast(stream, source).catch(error => this.endPast(stream, error))
      return stream
    } catch (error) {
      stream.return()
      throw error
    }
  }

  private leave(stream: EventStream): void {
    this.streams.delete(stream)
    if (this.streams.size > 0) return
    clearInterval(this.heartbeat)
    this.heartbeat = undefined
    const {source} = this
    this.source = undefined
    this.hearing = undefined
    this.heard = []
    source?.then(({subscription}) => subscription.end()).catch(() => {})
  }

  private async listen(): Promise<Source> {
    this.source ??= this.openSource()
    const opening = this.source
    return await opening.catch(error => {
      if (this.source === opening) this.source = undefined
      throw error
    })
  }

  private async openSource(): Promise<Source> {
    const subscription = await this.context.cluster.subscribe(change => this.hear(source, change))
    const source: Source = {subscription, position: subscription.revision}
    subscription.done
      .then(
        () => 'closing' as const,
        () => 'anew' as const,
      )
      .then(reason => {
        if (this.hearing === source) this.endAll(reason)
      })
    this.hearing = source
    return source
  }

  private hear(source: Source, change: Change): void {
    // An etcd that was restored tells older revisions: what is resumed from there is another story.
    if (change.revision <= source.position) {
      this.endAll('compacted')
      return
    }
    source.position = change.revision
    this.heard.push(new WrittenChange(change))
    if (this.gathering === undefined) this.tellHeard()
  }

  /** At once after a while of silence, else a little later. */
  private tellHeard(): void {
    this.gathering = undefined
    if (this.heard.length === 0) return
    const changes = this.heard
    this.heard = []
    for (const stream of this.streams) if (stream.live) stream.tell(...changes)
    this.gathering = setTimeout(() => this.tellHeard(), gatheringMilliseconds).unref()
  }

  private tellNow(): void {
    clearTimeout(this.gathering)
    this.tellHeard()
  }

  private endAll(reason: EndReason): void {
    this.tellNow()
    for (const stream of [...this.streams]) stream.end(reason)
  }

  private beat({position}: Source): void {
    this.tellNow()
    for (const format of formats) {
      const [here, behind] = [writeHeartbeat(position, format), writeHeartbeat(undefined, format)]
      for (const stream of this.streams)
        if (stream.format === format) stream.push(stream.live && stream.seen <= position ? here : behind)
    }
  }

  /** Tells what came after a revision, no faster than it is read, and lets the stream go on live from there. */
  private async tellPast(stream: EventStream, source: Source): Promise<void> {
    while (!stream.ended) {
      const past = source.subscription.since(stream.seen)
      if (past?.length === 0) {
        stream.live = true
        return
      }
      if (past === undefined) await this.replay(stream, source)
      for (const change of past ?? []) {
        stream.tell(new WrittenChange(change))
        if (stream.full) break
      }
      await stream.room()
    }
  }

  /** Tells from etcd's own history until what comes next is remembered here. */
  private async replay(stream: EventStream, {subscription}: Source): Promise<void> {
    const over = new AbortController()
    const watching = this.context.cluster.store.watch(shown, stream.seen, over.signal)
    stream.onClose(() => over.abort())
    try {
      for await (const change of watching) {
        stream.tell(new WrittenChange(change))
        await stream.room()
        if (stream.ended || subscription.since(stream.seen) !== undefined) return
      }
      // A watch ends by itself when its store is closed.
      stream.end('closing')
    } finally {
      over.abort()
    }
  }

  private endPast(stream: EventStream, error: unknown): void {
    if (!(error instanceof CompactedError)) this.context.log.warning(`an event stream is ended: ${messageOf(error)}`)
    stream.end(error instanceof CompactedError ? 'compacted' : 'anew')
  }

  private async checkPast(since: number, {position, subscription}: Source, signal: AbortSignal): Promise<void> {
    const {store} = this.context.cluster
    if (since > position && since > (await store.get([keys.leader], {signal})).revision)
      throw new HttpError(
        410,
        `revision ${since} has not been yet: it is of another cluster, or of a time before a restore`,
        listAgain,
      )
    if (subscription.since(since) !== undefined) return
    await store.list([keys.leader], {revision: since, keysOnly: true, signal}).catch(error => {
      if (error instanceof CompactedError)
        throw new HttpError(410, `what came after revision ${since} is not kept any more`, listAgain)
      throw error
    })
  }
}

const listAgain = {hint: 'list again, and take `revision` of that as `since`'}

interface Source {
  readonly subscription: Subscription
  /** The revision of the last change that was heard. */
  position: number
}
