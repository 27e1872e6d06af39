import {rootCertificates} from 'node:tls'
import type {IOptions} from 'etcd3'
import {UsageError} from '../../base/errors.ts'

export interface EtcdOptions {
  /** `http://host:port`, `https://host:port` or `host:port`. */
  readonly endpoints: readonly string[]
  /** What all keys of the cluster begin with; `/meissa/v1/` unless given. */
  readonly prefix?: string
  /** PEM: the authority that signed etcd's certificate (the system's unless given), and the client's own certificate and key. */
  readonly tls?: {readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer}
  readonly auth?: {readonly username: string; readonly password: string}
  /** Most milliseconds of one read or commit, all its attempts included; 3000 unless given. */
  readonly callTimeoutMs?: number
  /** The way to the endpoints where it is not the network from here. */
  readonly dial?: Dial
}

/** A way to endpoints that goes through unix sockets; etcd's certificate is checked against the endpoint's own name all the same. */
export interface Dial {
  /** Whom it goes through, for messages: `core@bastion`. */
  readonly via: string
  /** The socket that leads to an endpoint, given as `parseEndpoints` has it. */
  path(endpoint: string): string
}

export const defaultPrefix = '/meissa/v1/'
export const defaultCallTimeoutMs = 3000

/** The endpoints as URLs without a path. Throws UsageError for one that is none, or a mix of http and https. */
export function parseEndpoints(options: EtcdOptions): readonly string[] {
  if (options.endpoints.length === 0) throw new UsageError('no etcd endpoint is given', {hint: 'set --endpoints'})
  const urls = options.endpoints.map(endpoint => parseEndpoint(endpoint.trim(), options.tls === undefined ? 'http' : 'https'))
  if (new Set(urls.map(url => url.protocol)).size > 1)
    throw new UsageError(`etcd endpoints mix http and https: ${options.endpoints.join(', ')}`)
  return [...new Set(urls.map(url => `${url.protocol}//${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`))]
}

/** etcd3's options for an endpoint, apart from the endpoint itself. */
export function clientOptions(endpoint: string, options: EtcdOptions): Omit<IOptions, 'hosts' | 'faultHandling'> {
  const timeoutMs = options.callTimeoutMs ?? defaultCallTimeoutMs
  return {
    ...(endpoint.startsWith('https:') ? {credentials: credentials(options.tls ?? {})} : {}),
    ...(options.auth === undefined ? {} : {auth: {...options.auth}}),
    defaultCallOptions: ({isStream}) => (isStream ? {} : {deadline: Date.now() + timeoutMs}),
    grpcOptions: {...channelOptions, ...(options.dial === undefined ? {} : namesOf(endpoint))},
  }
}

/** What gRPC calls the other end when the address that it connects to does not say so. */
function namesOf(endpoint: string): Record<string, string> {
  const {host, hostname} = new URL(endpoint)
  return {
    'grpc.default_authority': host,
    'grpc.ssl_target_name_override': hostname.replace(/^\[(.*)\]$/, '$1'),
  }
}

/** etcd refuses pings more often than every 5 s (--grpc-keepalive-min-time); a dead connection is noticed within 15 s. */
const channelOptions = {
  // A proxy for the web (http_proxy) is no way to etcd, whose streams last for days; what is far away is reached by a tunnel.
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // So much may be on its way to us before we have read any of it: a list is far larger than HTTP/2's 64 KiB. Not more, since the answer
  // to a ping comes behind it, which on a slow line must not take as long as the ping's timeout.
  'grpc-node.flow_control_window': 1024 ** 2,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
}

function parseEndpoint(text: string, scheme: 'http' | 'https'): URL {
  const url = URL.parse(text.includes('://') ? text : `${scheme}://${text}`)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    throw new UsageError(`${JSON.stringify(text)} is no etcd endpoint`, {
      hint: 'write it as http://host:2379 or https://host:2379',
    })
  return url
}

function credentials({ca, cert, key}: NonNullable<EtcdOptions['tls']>): NonNullable<IOptions['credentials']> {
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('a client certificate needs its key', {hint: 'set both --cert and --key'})
  return {
    rootCertificate: ca ?? Buffer.from(rootCertificates.join('\n')),
    ...(cert === undefined || key === undefined ? {} : {certChain: cert, privateKey: key}),
  }
}
