import type {ApiContext} from '../context.ts'
import type {RouteFamily} from '../http.ts'
import {errorAnswer} from './errors.ts'
import {openApiOperation} from './openapi.ts'
import {routeOf} from './operation.ts'
import {v1Operations} from './operations.ts'

/** Our own API, below `/v1`. */
export function v1Family(context: ApiContext): RouteFamily {
  const operations = v1Operations(context)
  return {
    prefix: '/v1',
    routes: [...operations, openApiOperation(operations, context.version)].map(routeOf),
    renderError: errorAnswer,
  }
}
