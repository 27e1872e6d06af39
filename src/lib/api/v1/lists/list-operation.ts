import {Bell} from '../../../base/bell.ts'
import {UnreachableError} from '../../../base/errors.ts'
import {parseKey} from '../../../store/keys.ts'
import type {Change} from '../../../store/store.ts'
import {type Answer, type ApiRequest, HttpError} from '../../http.ts'
import type {Glimpse} from '../../live-cluster.ts'
import type {Operation} from '../operation.ts'
import {
  cursorOf,
  cursorParameter,
  cursorText,
  limitOf,
  limitParameter,
  revisionOf,
  sinceParameter,
  waitOf,
  waitParameter,
} from '../query.ts'
import {named} from '../schema.ts'
import type {Tools} from '../tools.ts'
import type {WrittenPage} from './cluster-rows.ts'
import {type List, pageOf} from './list.ts'

/**
 * A list by pages, with filters. With `since` and `wait` it is answered once a thing that it shows may have changed after
 * that revision, at the latest when the time is up; `changed` then says which.
 */
export function listOperation<Row>(list: List<Row>, shape: string, {context, shelf}: Tools): Operation {
  const {cluster, now} = context
  const render = (query: URLSearchParams, glimpse: Glimpse): WrittenPage => {
    const rows = shelf.of(glimpse)
    return rows.page(`${list.name}?${pageQuery(query)}`, () => {
      const options = {limit: limitOf(query), after: cursorOf(query), wanted: list.filter(query)}
      const page = pageOf(list, rows, options)
      const next = page.next === undefined ? null : cursorText(page.next)
      return `"${list.name}":[${page.rows.join(',')}],"next":${JSON.stringify(next)}}`
    })
  }

  const answer = async (request: ApiRequest): Promise<Answer> => {
    const {query} = request
    const since = revisionOf('since', query.get('since'))
    const wait = waitOf(query)
    if (since === undefined) {
      if (query.has('wait'))
        throw new HttpError(400, 'wait goes with since', {hint: 'take `revision` of an answer before as `since`'})
      const glimpse = await cluster.look()
      const page = render(query, glimpse)
      const {revision} = glimpse
      if (page.whole?.revision !== revision) page.whole = {revision, body: Buffer.from(`{"revision":${revision},${page.rest}`)}
      return listAnswer(page.whole.body, revision)
    }
    return await poll(request, since, now() + wait)
  }

  const poll = async ({query, signal}: ApiRequest, since: number, until: number): Promise<Answer> => {
    const bell = new Bell()
    let broken = false
    const subscription = await cluster.subscribe(change => {
      if (isAbout(list, change)) bell.ring()
    })
    subscription.done
      .catch(() => {})
      .then(() => {
        broken = true
        bell.ring()
      })
    try {
      let glimpse = await cluster.look()
      const before = subscription.since(since)
      let written = render(query, glimpse)
      // What is too old to be remembered may have changed.
      let changed = before === undefined || before.some(change => isAbout(list, change))
      while (!changed && now() < until && !signal.aborted) {
        await bell.wait(signal, until - now())
        if (broken) throw new UnreachableError('the cluster is read anew', {hint: 'ask again'})
        glimpse = await cluster.look()
        const later = render(query, glimpse)
        changed = later.rest !== written.rest
        written = later
      }
      return listAnswer(`{"revision":${glimpse.revision},"changed":${changed},${written.rest}`, glimpse.revision)
    } finally {
      subscription.end()
    }
  }

  return {
    id: `list${list.name[0]?.toUpperCase()}${list.name.slice(1)}`,
    method: 'GET',
    path: `/v1/${list.name}`,
    role: 'read',
    summary: list.summary,
    query: [...list.filters, limitParameter, cursorParameter, sinceParameter, waitParameter],
    answers: {200: {summary: 'a page of the list', content: {'application/json': named(shape)}}},
    answer,
  }
}

/** The query without what does not change a page. */
function pageQuery(query: URLSearchParams): string {
  if (query.size === 0) return ''
  const page = new URLSearchParams(query)
  page.delete('since')
  page.delete('wait')
  return page.toString()
}

function isAbout({madeOf}: {readonly madeOf: ReadonlySet<string>}, {events}: Change): boolean {
  return events.some(event => madeOf.has(parseKey(event.kind === 'put' ? event.entry.key : event.key)?.kind ?? ''))
}

function listAnswer(body: string | Buffer, revision: number): Answer {
  return {status: 200, headers: {'content-type': 'application/json', 'meissa-revision': String(revision)}, body}
}
