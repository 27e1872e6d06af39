import {Flags} from '@oclif/core'
import {type Address, formatAddress, isLoopback, parseAddress} from '../../api/server/addresses.ts'
import type {ListenerSettings} from '../../api/server/listener.ts'
import type {TlsPaths} from '../../api/server/tls-files.ts'
import {UsageError} from '../../base/errors.ts'
import {fitsSocket, socketPathBytes} from '../../base/socket-path.ts'
import {yesOrNo} from './setting-values.ts'

/** The flags of the agent that say where its API listens and who may come in. */
export const apiFlags = {
  'api-socket': Flags.string({
    summary: 'unix socket of the API, or none (default: /run/meissa/api.sock)',
    env: 'CTL_API_SOCKET',
  }),
  'api-group': Flags.string({
    summary: 'group that may use the socket too (default: meissa, if there is one)',
    env: 'CTL_API_GROUP',
  }),
  'api-listen': Flags.string({
    summary: 'where else the API listens, as 10.0.0.1:8443; several parted by commas',
    description: 'With TLS, and for those who have a token or a client certificate.',
    env: 'CTL_API_LISTEN',
  }),
  'api-cert': fileFlag('the certificate of the API', 'CTL_API_CERT'),
  'api-key': fileFlag('the key of that certificate', 'CTL_API_KEY'),
  'api-client-ca': fileFlag('the CA that signs the certificates of clients', 'CTL_API_CLIENT_CA'),
  'api-tokens': fileFlag('tokens, which `ctl token` makes', 'CTL_API_TOKENS'),
  'api-insecure-loopback': Flags.string({
    summary: 'yes: loopback addresses of --api-listen speak plain HTTP (default: no)',
    description: 'Without --api-tokens everybody on this host may do everything by them.',
    env: 'CTL_API_INSECURE_LOOPBACK',
  }),
}

export interface ApiSettings {
  /** Undefined: no unix socket. */
  readonly socket: string | undefined
  /** Undefined: the usual one, if there is one. */
  readonly group: string | undefined
  /** Those that are no unix sockets. */
  readonly listeners: readonly ListenerSettings[]
  readonly tokens: string | undefined
}

/** What the settings say of the API. Throws UsageError that names the setting that is missing or cannot be. */
export function chooseApi(value: (name: keyof typeof apiFlags) => string | undefined): ApiSettings {
  const insecure = yesOrNo('api-insecure-loopback', value('api-insecure-loopback') ?? 'no')
  const files = {cert: value('api-cert'), key: value('api-key'), clientCa: value('api-client-ca'), tokens: value('api-tokens')}
  const listeners = (value('api-listen') ?? '')
    .split(',')
    .map(text => text.trim())
    .filter(text => text !== '')
    .map((text): ListenerSettings => {
      const address = addressOf(text)
      if (insecure && isLoopback(address.host)) return {kind: 'loopback', address}
      return {kind: 'tls', address, files: tlsPaths(address, files)}
    })
  return {
    socket: socketOf(value('api-socket') ?? '/run/meissa/api.sock'),
    group: value('api-group'),
    listeners,
    tokens: files.tokens,
  }
}

function socketOf(text: string): string | undefined {
  if (text === 'none') return undefined
  if (!text.startsWith('/')) throw new UsageError(`--api-socket: ${JSON.stringify(text)} is no absolute path, nor none`)
  if (!fitsSocket(text))
    throw new UsageError(
      `--api-socket: ${JSON.stringify(text)} is longer than the ${socketPathBytes} bytes that a socket's path may have`,
    )
  return text
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === undefined)
    throw new UsageError(`--api-listen: ${JSON.stringify(text)} is no address`, {hint: 'write it as 10.0.0.1:8443 or [::1]:8443'})
  return address
}

interface Files {
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly clientCa: string | undefined
  readonly tokens: string | undefined
}

function tlsPaths(address: Address, {cert, key, clientCa, tokens}: Files): TlsPaths {
  const at = formatAddress(address)
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'api-cert' : 'api-key'
    throw new UsageError(`--api-listen ${at} speaks TLS only: --${missing} is missing`, {
      hint: isLoopback(address.host)
        ? 'give --api-cert and --api-key, or --api-insecure-loopback yes for plain HTTP on this host'
        : 'give --api-cert and --api-key',
    })
  }
  if (clientCa === undefined && tokens === undefined)
    throw new UsageError(`nobody could come in at --api-listen ${at}: --api-client-ca and --api-tokens are missing`, {
      hint: 'give one of them, or both',
    })
  return {cert, key, ...(clientCa === undefined ? {} : {clientCa})}
}

function fileFlag(what: string, env: string) {
  return Flags.string({summary: `file with ${what}`, helpValue: 'FILE', env})
}
