import {UsageError} from '../base/errors.ts'

/** Where a fleet API listens: a unix socket, or a host by HTTP. */
export type FleetEndpoint = {readonly kind: 'socket'; readonly path: string} | {readonly kind: 'host'; readonly url: URL}

/**
 * An endpoint as fleetctl takes it: `unix:///var/run/fleet.sock` (also `file://`), `http://…`, `https://…`; of several
 * parted by commas the first, which is the one that fleetctl uses. Throws UsageError for what is none.
 */
export function parseFleetEndpoint(text: string): FleetEndpoint {
  const [first = ''] = text.split(',')
  const url = URL.parse(first.trim())
  if (url === null) throw refused(text, 'has no scheme')
  switch (url.protocol) {
    case 'unix:':
    case 'file:':
      if (url.host !== '') throw refused(text, `names a host, ${url.host}: a path has three slashes before it`)
      if (url.pathname.length < 2) throw refused(text, 'names no socket')
      return {kind: 'socket', path: decodeURIComponent(url.pathname)}
    case 'http:':
    case 'https:':
      return {kind: 'host', url}
    default:
      throw refused(text, `has the scheme ${url.protocol}//`)
  }
}

function refused(text: string, why: string): UsageError {
  return new UsageError(`fleet's endpoint ${JSON.stringify(text)} ${why}`, {
    hint: 'write unix:///var/run/fleet.sock, http://host:port or https://host:port',
  })
}
