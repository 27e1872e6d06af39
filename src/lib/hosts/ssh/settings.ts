import {UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import type {ConfigValues} from './config.ts'
import {expandCommand, expandPath, expandTokens, type Tokens} from './tokens.ts'

/** How an unknown host key is met (ssh_config(5), StrictHostKeyChecking); a changed one is refused always. */
export type HostKeyChecking = 'yes' | 'ask' | 'accept-new' | 'no'

/** What ssh_config(5) says of one host, every path and token resolved. */
export interface SshSettings {
  /** Where it is; undefined when nothing says another place than its name. */
  readonly hostName: string | undefined
  readonly user: string
  readonly port: number
  /** Secret keys, in the order in which they are tried. */
  readonly identityFiles: readonly string[]
  /** Whether the files were chosen by somebody; the default ones may be absent. */
  readonly identitiesChosen: boolean
  readonly identitiesOnly: boolean
  /** The agent's socket; undefined when there is none, or none is wanted. */
  readonly agentSocket: string | undefined
  /** Hosts to go through, the first first. */
  readonly jumps: readonly Jump[]
  /** A command line whose stdin and stdout are the connection. */
  readonly proxyCommand: string | undefined
  readonly userKnownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  readonly hostKeyAlias: string | undefined
  readonly hostKeyChecking: HostKeyChecking
  readonly connectTimeoutSeconds: number | undefined
  readonly forwardAgent: boolean
}

/** A host on the way: `core@bastion:2222`. */
export interface Jump {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/** What this side is: for tokens and defaults. */
export interface LocalSide {
  readonly home: string
  readonly user: string
  readonly hostname: string
  readonly uid: number
  /** SSH_AUTH_SOCK and whatever `${…}` may name. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The settings that values of ssh_config(5) come to, for a host that was called `host`. Throws UsageError for a value that
 * cannot be.
 */
export function settingsOf(
  values: ConfigValues,
  host: string,
  local: LocalSide,
  given: {readonly address?: string; readonly port?: number} = {},
): SshSettings {
  const first = (key: string) => values.get(key)?.[0]
  const user = first('user') ?? local.user
  const port = given.port ?? portOf(first('port') ?? '22')
  const hostName = first('hostname')
  const place = hostName === undefined ? undefined : expandTokens(hostName, {h: host}, {})
  const tokens: Tokens = {
    d: local.home,
    h: place ?? given.address ?? host,
    i: String(local.uid),
    k: first('hostkeyalias') ?? host,
    l: local.hostname,
    L: local.hostname.split('.')[0] ?? '',
    n: host,
    p: String(port),
    r: user,
    u: local.user,
  }
  const path = (text: string) => expandPath(text, tokens, local)
  const files = (key: string, otherwise: readonly string[]) =>
    (values.get(key) ?? otherwise).filter(file => file.toLowerCase() !== 'none').map(path)
  return {
    hostName: place,
    user,
    port,
    identityFiles: files('identityfile', defaultIdentities),
    identitiesChosen: values.has('identityfile'),
    identitiesOnly: isYes(first('identitiesonly')),
    agentSocket: agentSocket(first('identityagent'), local, path),
    jumps: jumpsOf(first('proxyjump')),
    proxyCommand: proxyCommandOf(first('proxycommand'), tokens),
    userKnownHosts: files('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHosts: files('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    hostKeyAlias: first('hostkeyalias'),
    hostKeyChecking: checkingOf(first('stricthostkeychecking')),
    connectTimeoutSeconds: timeoutOf(first('connecttimeout')),
    forwardAgent: isYes(first('forwardagent')),
  }
}

/** Reads `[user@]host[:port]`, with an IPv6 address in brackets, or as an `ssh://` URI. Throws UsageError. */
export function parseJump(text: string): Jump {
  const match =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*?))(?::(\d+))?\/?$/.exec(
      text.trim(),
    )
  const host = match?.[2] ?? match?.[3]
  if (match === null || host === undefined) {
    throw new UsageError(`${JSON.stringify(text)} is no host to go through`, {
      hint: 'write it as bastion, core@bastion or core@bastion:2222',
    })
  }
  const [, user, , , port] = match
  return {host, ...(user === undefined ? {} : {user}), ...(port === undefined ? {} : {port: portOf(port)})}
}

const defaultIdentities = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa']

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new UsageError(`Port: ${JSON.stringify(text)} is no port`, {hint: 'write a number from 1 to 65535'})
}

function isYes(value: string | undefined): boolean {
  return value !== undefined && /^(yes|true)$/i.test(value)
}

function agentSocket(written: string | undefined, {environment}: LocalSide, path: (text: string) => string): string | undefined {
  if (written?.toLowerCase() === 'none') return undefined
  if (written === undefined || written === 'SSH_AUTH_SOCK') return environment.SSH_AUTH_SOCK || undefined
  if (/^\$\w+$/.test(written)) return environment[written.slice(1)] || undefined
  return path(written)
}

function proxyCommandOf(command: string | undefined, {h = '', n = '', p = '', r = ''}: Tokens): string | undefined {
  if (command === undefined || command === '' || command.toLowerCase() === 'none') return undefined
  return expandCommand(command, {h, n, p, r})
}

function jumpsOf(jumps: string | undefined): readonly Jump[] {
  return jumps === undefined || jumps.toLowerCase() === 'none' ? [] : jumps.split(',').map(parseJump)
}

const checkings: Readonly<Record<string, HostKeyChecking>> = {
  yes: 'yes',
  true: 'yes',
  ask: 'ask',
  'accept-new': 'accept-new',
  no: 'no',
  false: 'no',
  off: 'no',
}

function checkingOf(value: string | undefined): HostKeyChecking {
  if (value === undefined) return 'ask'
  const checking = checkings[value.toLowerCase()]
  if (checking !== undefined) return checking
  throw new UsageError(`StrictHostKeyChecking: ${JSON.stringify(value)} is no choice`, {hint: 'write yes, ask, accept-new or no'})
}

function timeoutOf(value: string | undefined): number | undefined {
  if (value === undefined || value.toLowerCase() === 'none') return undefined
  const seconds = parseTimeSpan(value)
  return seconds === undefined || seconds === 0 ? undefined : seconds
}
