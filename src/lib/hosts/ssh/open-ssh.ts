import {connect, type Socket} from 'node:net'
import {homedir, hostname, userInfo} from 'node:os'
import {messageOf, UnreachableError} from '../../base/errors.ts'
import type {Host} from '../host.ts'
import type {Ask} from './ask.ts'
import {configFor, hasHostEntry} from './config.ts'
import type {ConfigBlock} from './config-sections.ts'
import {openHostKeyCheck} from './host-keys.ts'
import {readIdentities} from './identities.ts'
import {knownName} from './known-hosts.ts'
import {logIn} from './log-in.ts'
import {openProxyCommand} from './proxy-command.ts'
import {readConfigs} from './read-config.ts'
import {type HostKeyChecking, type Jump, type LocalSide, type SshSettings, settingsOf} from './settings.ts'
import {SshHost} from './ssh-host.ts'

/** A host to be reached. What stands here weighs more than ssh_config. */
export interface SshTarget {
  /** What it is called. The first that has a Host entry of its own in ssh_config is asked for there, else the first. */
  readonly names: readonly [string, ...string[]]
  /** Where it is, unless ssh_config has a HostName for it; else its name is looked up. */
  readonly address?: string | undefined
  readonly user?: string | undefined
  readonly port?: number | undefined
  /** A secret key to show, before all others. */
  readonly identity?: string | undefined
  /** What to go through, in place of ssh_config's ProxyJump and ProxyCommand; it is not closed with this host. */
  readonly through?: Host | undefined
}

/** How every host on the way is met. */
export interface SshOptions {
  /** In place of the user's and the system's ssh_config; `none` for none. */
  readonly configFile?: string | undefined
  /** For each host on the way: ssh_config's ConnectTimeout, else 10. */
  readonly timeoutSeconds?: number | undefined
  /** False: unknown hosts are made known. True: they are asked about or refused, even where ssh_config says otherwise. */
  readonly strictHostKeyChecking?: boolean | undefined
  /** In place of the user's known_hosts files. */
  readonly knownHostsFile?: string | undefined
  /** Undefined where nobody can be asked: then what is not known is refused. */
  readonly ask?: Ask | undefined
  /** Told what a person should know. */
  readonly say?: ((line: string) => void) | undefined
  readonly signal: AbortSignal
}

/**
 * Connects to a host by ssh, through its jump hosts, and logs in: the key of each is checked, and the ways to log in are those
 * of ssh(1). Throws UnreachableError that says what was tried and what to do next, UsageError for a config that cannot be, and
 * the signal's reason.
 */
export async function openSsh(target: SshTarget, options: SshOptions): Promise<Host> {
  const local = localSide()
  const files = await readConfigs(options.configFile, local)
  return openHop(target, {files, local, options, trail: []})
}

interface Way {
  readonly files: readonly (readonly ConfigBlock[])[]
  readonly local: LocalSide
  readonly options: SshOptions
  /** The hosts whose jumps are being followed. */
  readonly trail: readonly string[]
}

/** `before`: what the host is reached through; it is closed with it. */
async function openHop(target: SshTarget, way: Way, before?: Host): Promise<Host> {
  let beneath = before
  try {
    const {called, settings, address} = planHop(target, way)
    if (target.through === undefined && before === undefined && !way.trail.includes(called))
      beneath = await openJumps(settings.jumps, {...way, trail: [...way.trail, called]})
    return await connectHop(target, {settings, address, beneath}, way.options)
  } catch (error) {
    beneath?.close()
    throw error
  }
}

/** What ssh_config says of a host. */
function planHop(target: SshTarget, {files, local}: Way) {
  const called = target.names.find(name => hasHostEntry(files, name)) ?? target.names[0]
  const values = configFor(files, {host: called, user: target.user, localUser: local.user})
  const settings = settingsOf(values, called, local, {
    ...(target.address === undefined ? {} : {address: target.address}),
    ...(target.port === undefined ? {} : {port: target.port}),
  })
  return {called, settings, address: settings.hostName ?? target.address ?? called}
}

interface Hop {
  readonly settings: SshSettings
  readonly address: string
  readonly beneath: Host | undefined
}

async function connectHop(target: SshTarget, {settings, address, beneath}: Hop, options: SshOptions): Promise<Host> {
  const label = labelOf(target.names[0], address, settings)
  const through = target.through ?? beneath
  const identities = await readIdentities(withIdentity(settings, target.identity))
  const rules = {
    label,
    names: knownNames(target, address, settings),
    userFiles: options.knownHostsFile === undefined ? settings.userKnownHosts : [options.knownHostsFile],
    globalFiles: settings.globalKnownHosts,
    checking: checkingOf(options.strictHostKeyChecking, settings.hostKeyChecking),
    say: options.say ?? (() => {}),
  }
  const open = async (signal: AbortSignal) => {
    if (through !== undefined) return await through.openTcp(address, settings.port, signal)
    if (settings.proxyCommand !== undefined) return openProxyCommand(settings.proxyCommand, label)
    return await openTcp(address, settings.port, label, signal)
  }
  const {client, socket} = await logIn(open, {
    user: settings.user,
    label,
    identities,
    hostKey: ask => openHostKeyCheck({...rules, ask}),
    ask: options.ask,
    timeoutSeconds: options.timeoutSeconds ?? settings.connectTimeoutSeconds ?? 10,
    signal: options.signal,
  })
  const hasAgent = identities.agent !== undefined
  return new SshHost({name: label, client, socket, hasAgent, forwardsAgent: settings.forwardAgent, beneath})
}

/** Goes through one after another; the last closes those before it. */
async function openJumps(jumps: readonly Jump[], way: Way): Promise<Host | undefined> {
  let last: Host | undefined
  for (const {host, user, port} of jumps) last = await openHop({names: [host], user, port}, way, last)
  return last
}

function localSide(): LocalSide {
  const {username, uid} = userInfo()
  return {home: homedir(), user: username, hostname: hostname(), uid, environment: process.env}
}

function labelOf(name: string, address: string, {user, port}: SshSettings): string {
  const place = port === 22 ? address : `${address}:${port}`
  return name === address ? `${user}@${place}` : `${name} (${place})`
}

/** A key is kept under the alias, else under the address; the host's other names count where they are known. */
function knownNames({names}: SshTarget, address: string, {hostKeyAlias, port}: SshSettings) {
  if (hostKeyAlias !== undefined) return {primary: hostKeyAlias.toLowerCase(), others: []}
  const primary = knownName(address, port)
  const others = [address, ...names].flatMap(name => [knownName(name, port), name.toLowerCase()])
  return {primary, others: [...new Set(others)].filter(name => name !== primary)}
}

function withIdentity(settings: SshSettings, identity: string | undefined): SshSettings {
  if (identity === undefined) return settings
  const others = settings.identitiesChosen ? settings.identityFiles : []
  return {...settings, identityFiles: [identity, ...others], identitiesChosen: true}
}

function checkingOf(strict: boolean | undefined, configured: HostKeyChecking): HostKeyChecking {
  if (strict === undefined) return configured
  if (!strict) return 'no'
  return configured === 'yes' ? 'yes' : 'ask'
}

function openTcp(host: string, port: number, label: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({host, port, noDelay: true})
    const giveUp = () => {
      socket.destroy()
      reject(signal.reason)
    }
    signal.addEventListener('abort', giveUp, {once: true})
    if (signal.aborted) giveUp()
    socket
      .once('error', error => reject(notReached(error, label)))
      .once('connect', () => {
        signal.removeEventListener('abort', giveUp)
        resolve(socket)
      })
  })
}

const whys: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it broke off the connection',
}

function notReached(error: NodeJS.ErrnoException, label: string): Error {
  return new UnreachableError(`no ssh connection to ${label}: ${whys[error.code ?? ''] ?? messageOf(error)}`, {
    hint: 'is the host up, and does its sshd listen there? ~/.ssh/config and --ssh-port may say another place',
    cause: error,
  })
}
