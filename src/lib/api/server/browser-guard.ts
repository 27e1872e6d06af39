import type {IncomingHttpHeaders} from 'node:http'
import {HttpError} from '../http.ts'
import {isLoopback} from './addresses.ts'

/**
 * Refuses what a page of another site has a browser send to where the browser's owner may come in: a certificate or a place
 * on this host is shown without anybody being asked. Throws HttpError 403.
 */
export function refuseOtherSites(headers: IncomingHttpHeaders): void {
  const {origin, host} = headers
  if (origin !== undefined && hostOf(origin) !== host?.toLowerCase())
    throw new HttpError(403, `a page of ${origin} may not ask here`)
}

/** Refuses a loopback listener's guests that took it for another host: a name of theirs can lead to 127.0.0.1. Throws HttpError 403. */
export function refuseOtherNames({host = ''}: IncomingHttpHeaders): void {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (!isLoopback(name.replace(/^\[(.*)\]$/, '$1')))
    throw new HttpError(403, `this is not ${JSON.stringify(host)}`, {hint: 'ask for 127.0.0.1, or require tokens (api-tokens)'})
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase()
}
