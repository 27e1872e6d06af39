import type {ContainerSpec, HealthCheck, Mount, Network} from '../../unit/container/container-spec.ts'
import type {RunIdentity} from '../driver.ts'
import {hostConfig} from './host-config.ts'
import {type Owner, ownerLabels} from './labels.ts'

/** What a container's request depends on beside its spec. */
export interface RequestContext {
  readonly owner: Owner
  readonly identity: RunIdentity
  /** Between the stop signal and the kill; Infinity for never. */
  readonly stopSeconds: number
  /** The machine's address for published ports that name none. */
  readonly publishAddress?: string | undefined
}

/**
 * The JSON body of POST /containers/create for a spec whose files have been read (Docker Engine API 1.41, ContainerCreate). Annotations, which
 * Docker has no place for in that version, become labels.
 */
export function containerRequest(spec: ContainerSpec, context: RequestContext): object {
  return {
    Image: spec.image,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command.length === 0 ? undefined : spec.command,
    Env: environmentLines(spec),
    Hostname: spec.hostname,
    Domainname: spec.domainname,
    User: spec.user,
    WorkingDir: spec.workingDirectory,
    Tty: spec.terminal,
    OpenStdin: spec.openStdin,
    Volumes: anonymousVolumes(spec.mounts),
    Labels: {...spec.annotations, ...spec.labels, ...ownerLabels(context.owner, context.identity)},
    ExposedPorts: exposedPorts(spec),
    Healthcheck: spec.health === undefined ? undefined : healthCheck(spec.health),
    StopSignal: spec.stopSignal,
    StopTimeout: stopTimeout(context.stopSeconds),
    MacAddress: spec.network.macAddress,
    HostConfig: hostConfig(spec, context.publishAddress),
    NetworkingConfig: networkingConfig(spec.network, spec.links),
  }
}

/** Seconds of grace as Docker takes them: whole, and -1 for no end. */
export function stopTimeout(seconds: number): number {
  return Number.isFinite(seconds) ? Math.ceil(seconds) : -1
}

/** The query of POST /containers/create. */
export function createQuery(name: string, platform: string | undefined): Readonly<Record<string, string>> {
  return platform === undefined ? {name} : {name, platform}
}

/** A bare name takes the image's variable away. */
function environmentLines({environment, unsetVariables = []}: ContainerSpec): readonly string[] {
  return [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), ...unsetVariables]
}

/** Volumes that only the container has, by where it has them. */
function anonymousVolumes(mounts: readonly Mount[]): Readonly<Record<string, object>> {
  const anonymous = mounts.filter(({type, source, long}) => type === 'volume' && source === undefined && long === undefined)
  return Object.fromEntries(anonymous.map(({target}) => [target, {}]))
}

function exposedPorts(spec: ContainerSpec): Readonly<Record<string, object>> {
  const published = spec.ports.map(port => `${port.containerPort}/${port.protocol}`)
  return Object.fromEntries([...spec.exposedPorts, ...published].map(port => [port, {}]))
}

function healthCheck(health: HealthCheck): object {
  return {
    Test: health.test,
    Interval: nanoseconds(health.intervalSeconds),
    Timeout: nanoseconds(health.timeoutSeconds),
    StartPeriod: nanoseconds(health.startPeriodSeconds),
    Retries: health.retries,
  }
}

function nanoseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1e9)
}

/** Only networks that someone made take names, addresses and links; Docker refuses them for its own. */
function networkingConfig(network: Network, links: readonly string[]): object | undefined {
  if (['bridge', 'default', 'host', 'none'].includes(network.mode) || network.mode.startsWith('container:')) return undefined
  return {EndpointsConfig: {[network.mode]: endpointOf(network, links)}}
}

/** A container's end of a network that someone made (EndpointSettings). */
export function endpointOf(network: Network, links: readonly string[]): object {
  return {
    Aliases: network.aliases.length === 0 ? undefined : network.aliases,
    IPAMConfig: {IPv4Address: network.ipv4, IPv6Address: network.ipv6, LinkLocalIPs: network.linkLocalAddresses},
    DriverOpts: network.driverOptions,
    Links: links.length === 0 ? undefined : links,
  }
}
