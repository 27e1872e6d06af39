import type {ApiRequest} from '../../http.ts'
import type {Operation} from '../operation.ts'
import {revisionOf, sinceParameter, wordsOf} from '../query.ts'
import {named, oneOf, text} from '../schema.ts'
import type {Tools} from '../tools.ts'
import {EventHub} from './event-hub.ts'
import {filterOf, filterParameters} from './filter.ts'
import {contentTypes, type Format, formats, writeHeartbeat} from './written.ts'

/** Everything that happens in the cluster, as it happens. */
export function eventOperation({context}: Tools): Operation {
  const hub = new EventHub(context)
  return {
    id: 'streamEvents',
    method: 'GET',
    path: '/v1/events',
    role: 'read',
    summary: 'Everything that happens in the cluster, as it happens',
    query: [
      ...filterParameters,
      {...sinceParameter, summary: 'tell of everything after this revision; from now on when absent'},
      {name: 'format', summary: 'sse, or ndjson; else by Accept', schema: oneOf(formats, 'formats')},
    ],
    headers: [{name: 'Last-Event-ID', summary: 'as since, for one who connects again; goes before it', schema: text('an id')}],
    answers: {
      200: {
        summary: 'a stream of events, the first is hello',
        content: {[contentTypes.sse]: text('server-sent events'), [contentTypes.ndjson]: named('Event')},
      },
    },
    answer: async request => {
      const format = formatOf(request)
      const lastId = request.headers['last-event-id']
      const since =
        revisionOf('Last-Event-ID', typeof lastId === 'string' && lastId !== '' ? lastId : undefined) ??
        revisionOf('since', request.query.get('since'))
      const stream = await hub.open({format, filter: filterOf(request.query), since, signal: request.signal})
      const headers = {'content-type': contentTypes[format], 'cache-control': 'no-store', 'x-accel-buffering': 'no'}
      return {status: 200, headers, body: stream, heartbeat: writeHeartbeat(undefined, format)}
    },
  }
}

function formatOf({query, headers}: ApiRequest): Format {
  const [asked] = wordsOf(query, 'format', formats) ?? []
  const named = formats.find(format => format === asked)
  return named ?? (headers.accept?.includes(contentTypes.sse) ? 'sse' : 'ndjson')
}
