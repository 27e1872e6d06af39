import type {Metrics} from '../base/metrics.ts'

/** A request that has its answer; for a stream, that has begun. */
export interface Answered {
  readonly method: string
  /** The path of its route, with `:names`; undefined where there is no route. */
  readonly route: string | undefined
  readonly status: number
  readonly milliseconds: number
}

/** Counts requests by route, and how long each took to be answered. */
export function requestMetrics(metrics: Metrics): (answered: Answered) => void {
  const requests = metrics.counter('meissa_api_requests_total', 'Requests to the API, by the first digit of the status.', [
    'route',
    'method',
    'status',
  ])
  const seconds = metrics.histogram('meissa_api_request_duration_seconds', 'How long requests took until they had an answer.', {
    labels: ['route', 'method'],
  })
  return ({method, route, status, milliseconds}) => {
    // Paths and methods that are none would be as many as callers think of.
    const of = route === undefined ? {route: 'none', method: 'none'} : {route, method}
    requests.add(1, {...of, status: `${Math.floor(status / 100)}xx`})
    if (route !== undefined) seconds.observe(milliseconds / 1000, of)
  }
}
