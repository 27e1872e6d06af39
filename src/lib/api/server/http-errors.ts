import {CtlError, type ExitCode, exitCodes} from '../../base/errors.ts'
import {HttpError} from '../http.ts'

/** HTTP's status for each kind of our errors; what is not here is a bug's. */
const statuses: ReadonlyMap<ExitCode, number> = new Map([
  [exitCodes.usage, 400],
  [exitCodes.notFound, 404],
  [exitCodes.conflict, 409],
  [exitCodes.unreachable, 503],
  [exitCodes.timeout, 504],
  [exitCodes.unplaceable, 409],
  [exitCodes.failed, 409],
])

/** What was thrown, as a refusal that a caller may read; undefined for what is a bug and none of the caller's business. */
export function refusalOf(thrown: unknown): HttpError | undefined {
  if (thrown instanceof HttpError) return thrown
  const status = thrown instanceof CtlError ? statuses.get(thrown.exitCode) : undefined
  if (!(thrown instanceof CtlError) || status === undefined) return undefined
  return new HttpError(status, thrown.message, {
    cause: thrown,
    ...(thrown.hint === undefined ? {} : {hint: thrown.hint}),
    ...(status === 503 ? {headers: {'retry-after': '1'}} : {}),
  })
}

/** HTTP's status for a request that Node could not read, by the code of the error that it gave; undefined: not HTTP's. */
export function unreadableRequest(code: string | undefined): HttpError | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpError(431, 'the request line and headers are more than 16 KiB')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new HttpError(413, 'the extensions of the chunks are more than 16 KiB')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HttpError(408, 'the request did not come whole in time')
  if (code?.startsWith('HPE_'))
    return new HttpError(400, `this is no HTTP request (${code.slice(4).toLowerCase().replaceAll('_', ' ')})`)
  return undefined
}
