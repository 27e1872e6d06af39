import {request as httpRequest, type IncomingMessage, type RequestOptions} from 'node:http'
import {request as httpsRequest} from 'node:https'
import {messageOf, UnreachableError} from '../base/errors.ts'
import type {FleetEndpoint} from './endpoint.ts'

export interface FleetRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'PATCH'
  /** Behind `/fleet/v1`, its names escaped: `/units/web%401.service`. */
  readonly path: string
  /** JSON. */
  readonly body?: string
}

export interface FleetResponse {
  readonly status: number
  readonly body: string
}

/** Sends a request to a fleet API. Throws UnreachableError when no answer comes. */
export type FleetTransport = (request: FleetRequest, signal: AbortSignal) => Promise<FleetResponse>

/** PEM texts. */
export interface FleetTls {
  readonly ca?: Buffer | undefined
  readonly cert?: Buffer | undefined
  readonly key?: Buffer | undefined
}

/** The way to an endpoint. */
export function openTransport(endpoint: FleetEndpoint, tls: FleetTls = {}): FleetTransport {
  const place = endpoint.kind === 'socket' ? endpoint.path : endpoint.url.href
  return async (request, signal) => {
    try {
      return await send(optionsFor(endpoint, request, tls), {body: request.body, signal})
    } catch (error) {
      signal.throwIfAborted()
      throw new UnreachableError(`fleet's API at ${place} cannot be reached: ${messageOf(error)}`, {
        cause: error,
        hint: 'is it the right endpoint? fleetctl’s own is unix:///var/run/fleet.sock, on a host of the cluster',
      })
    }
  }
}

/** Milliseconds without a byte. fleet reads all of etcd for each page, which takes seconds in a big cluster. */
const patience = 60_000

type Options = RequestOptions & FleetTls & {readonly isSecure: boolean}

function optionsFor(endpoint: FleetEndpoint, {method, path, body}: FleetRequest, tls: FleetTls): Options {
  const headers = body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}
  const rest = {method, headers: {...headers, accept: 'application/json'}, timeout: patience}
  if (endpoint.kind === 'socket') return {...rest, isSecure: false, socketPath: endpoint.path, path: `/fleet/v1${path}`}
  const {url} = endpoint
  const base = url.pathname.replace(/\/+$/, '')
  const isSecure = url.protocol === 'https:'
  const host = {hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? undefined : url.port}
  return {...rest, ...host, isSecure, path: `${base}/fleet/v1${path}`, ...(isSecure ? tls : {})}
}

function send(
  {isSecure, ...options}: Options,
  {body, signal}: {readonly body: string | undefined; readonly signal: AbortSignal},
): Promise<FleetResponse> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      const parts: Buffer[] = []
      response.on('data', part => parts.push(part))
      response.once('error', reject)
      response.once('end', () => resolve({status: response.statusCode ?? 0, body: Buffer.concat(parts).toString()}))
    }
    const request = (isSecure ? httpsRequest : httpRequest)({...options, signal}, answered)
    request.once('error', reject)
    request.once('timeout', () => request.destroy(new Error(`no answer within ${patience / 1000} s`)))
    request.end(body)
  })
}
