import {metricsContentType} from '../../../base/metrics.ts'
import type {ApiContext} from '../../context.ts'
import {jsonAnswer, type Route, type RouteFamily} from '../../http.ts'
import {errorAnswer} from '../errors.ts'
import {healthRoutes} from './health.ts'
import {ownMetrics} from './own-metrics.ts'

/** What is not below a version: health, metrics, and at `/` what there is. */
export function plainFamily(context: ApiContext): RouteFamily {
  const {metrics, machine, version} = context
  ownMetrics(context)
  const index: Route = {
    method: 'GET',
    path: '/',
    role: 'read',
    answer: async () => jsonAnswer({name: 'meissa', version, machine, paths}),
  }
  const measured: Route = {
    method: 'GET',
    path: '/metrics',
    role: 'read',
    answer: async () => ({status: 200, headers: {'content-type': metricsContentType}, body: metrics.render()}),
  }
  return {prefix: '/', routes: [index, measured, ...healthRoutes(context)], renderError: errorAnswer}
}

const paths = {
  '/v1/': 'units, states, machines, files, events; /v1/openapi.json describes them',
  '/fleet/v1/': "fleet's API, as fleetctl speaks it",
  '/healthz': 'whether this process answers',
  '/readyz': 'whether this machine does its work',
  '/metrics': 'for Prometheus',
}
