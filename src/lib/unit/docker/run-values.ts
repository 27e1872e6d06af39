import type {ContainerSpec, HealthCheck, PullPolicy} from '../container/container-spec.ts'
import {joinNetwork, parseNetwork} from '../container/network-values.ts'
import {isAddress} from '../container/port-values.ts'
import {switchValue} from '../container/switch-value.ts'
import {append, health, integer, keyAndValue, network, seconds, type Translate, text} from '../container/translate.ts'
import {Fault} from '../fault.ts'
import type {Service} from '../unit.ts'

/** A switch that changes the container by whether it is on. */
export function whenOn(change: (spec: ContainerSpec, on: boolean) => ContainerSpec): Translate {
  return (spec, given) => {
    const on = switchValue(given)
    return on === undefined ? new Fault(`'${given}' is neither true nor false`) : change(spec, on)
  }
}

/** A text; an empty one says nothing. */
export function textOrNothing(field: Parameters<typeof text>[0]): Translate {
  return (spec, value, environment) => (value === '' ? spec : text(field)(spec, value, environment))
}

/** A namespace: one of the modes, or `container:name` where another container's can be shared. */
export function namespace(field: Parameters<typeof text>[0], modes: readonly string[]): Translate {
  return (spec, value, environment) => {
    const shared = modes.includes('container:') && /^container:./.test(value)
    if (value !== '' && !shared && !modes.includes(value))
      return new Fault(
        `'${value}' is no mode`,
        `write ${modes.map(mode => (mode.endsWith(':') ? `${mode}NAME` : mode)).join(' or ')}`,
      )
    return textOrNothing(field)(spec, value, environment)
  }
}

export const cgroupNamespace: Translate = (spec, mode) => {
  if (mode === 'host' || mode === 'private') return {...spec, cgroupNamespace: mode}
  return mode === '' ? spec : new Fault(`'${mode}' is no mode`, 'write host or private')
}

/** `NAME=value`; a bare `NAME` takes over the variable of the unit's process, or takes that of the image away. */
export const variable: Translate = (spec, given, environment) => {
  const [name, content] = keyAndValue(given)
  if (name === '') return new Fault(`'${given}' has no name`, 'write NAME=value')
  const value = content ?? (Object.hasOwn(environment, name) ? environment[name] : undefined)
  if (value !== undefined && spec.unsetVariables === undefined)
    return {...spec, environment: {...spec.environment, [name]: value}}
  const {unsetVariables = [], ...rest} = spec
  const others = unsetVariables.filter(other => other !== name)
  const {[name]: _, ...variables} = spec.environment
  const unset = value === undefined ? [...others, name] : others
  return {
    ...rest,
    ...(unset.length > 0 ? {unsetVariables: unset} : {}),
    environment: value === undefined ? variables : {...spec.environment, [name]: value},
  }
}

/** A file of variables, in Docker's own syntax. */
export const variableFile: Translate = (spec, path, environment) => {
  const inherited = Object.keys(environment).length === 0 ? {} : {inherited: environment}
  if (!path.startsWith('/')) return noPath(path)
  return {...spec, environmentFiles: [...spec.environmentFiles, {path, optional: false, syntax: 'docker', ...inherited}]}
}

export const labelFile: Translate = (spec, path) =>
  path.startsWith('/') ? {...spec, labelFiles: [...(spec.labelFiles ?? []), path]} : noPath(path)

function noPath(path: string): Fault {
  return new Fault(`'${path}' is no absolute path`, 'write /path on the machine')
}

export const networkMode: Translate = (spec, value) => {
  const found = parseNetwork(value)
  return found instanceof Fault ? found : joinNetwork(spec, found)
}

/** An address of the container in its network. */
export function networkAddress(field: 'ipv4' | 'ipv6'): Translate {
  return (spec, value, environment) => (isAddress(value) ? network(field)(spec, value, environment) : noAddress(value))
}

export const linkLocalAddress: Translate = (spec, value) => {
  if (!isAddress(value)) return noAddress(value)
  const linkLocalAddresses = [...(spec.network.linkLocalAddresses ?? []), value]
  return {...spec, network: {...spec.network, linkLocalAddresses}}
}

export const nameServer: Translate = (spec, value, environment) =>
  isAddress(value) ? append('dns')(spec, value, environment) : noAddress(value)

/** `name:address`, `name=address` or `name:[address]`; the address may be `host-gateway`. */
export const extraHost: Translate = (spec, given) => {
  const [, name, bracketed] = /^([^:=]+)[:=](.+)$/.exec(given) ?? []
  const address = bracketed?.replace(/^\[(.*)\]$/, '$1') ?? ''
  if (name === undefined || (address !== 'host-gateway' && !isAddress(address)))
    return new Fault(`'${given}' is no host with its address`, 'write name:10.0.0.2')
  return {...spec, extraHosts: [...spec.extraHosts, `${name}:${address}`]}
}

/** A link without an alias goes by the container's own name. */
export const link: Translate = (spec, given) => {
  if (!/^[^:]+(:[^:]+)?$/.test(given)) return new Fault(`'${given}' is no link`, 'write container:alias')
  return {...spec, links: [...spec.links, given.includes(':') ? given : `${given}:${given}`]}
}

function noAddress(given: string): Fault {
  return new Fault(`'${given}' is no address`, 'write 10.0.0.2 or fd00::2')
}

/** One time of the health check. */
export function healthTime(field: 'intervalSeconds' | 'startPeriodSeconds' | 'timeoutSeconds'): Translate {
  return health(value => part(field, seconds(value)))
}

export const healthRetries: Translate = health(value => part('retries', integer(value)))

function part(field: keyof HealthCheck, found: number | Fault): Partial<HealthCheck> | Fault {
  return found instanceof Fault ? found : {[field]: found}
}

/** `always`, `missing` or `never`. */
export function pullPolicy(policy: string): PullPolicy | Fault {
  const found = (['always', 'missing', 'never'] as const).find(known => known === policy)
  return found ?? new Fault(`'${policy}' is no way to pull`, 'write always, missing or never')
}

/** How a unit is kept running. */
export type Restarting = Pick<Service, 'restart'> & Partial<Pick<Service, 'startLimitBurst' | 'startLimitIntervalSeconds'>>

/**
 * What --restart means for the agent, which restarts in Docker's stead: as often as it takes, unless `on-failure:N` says
 * how often. Undefined for `no`.
 */
export function restarting(policy: string): Restarting | Fault | undefined {
  const [, name, tries] = /^(no|always|unless-stopped|on-failure)?(?::(\d{1,9}))?$/.exec(policy) ?? [undefined, 'unknown']
  if (name === 'unknown' || (tries !== undefined && name !== 'on-failure'))
    return new Fault(`'${policy}' is no restart policy`, 'write no, always, unless-stopped, on-failure or on-failure:5')
  if (name === undefined || name === 'no') return undefined
  const restart = name === 'on-failure' ? 'on-failure' : 'always'
  if (tries === undefined || Number(tries) === 0) return {restart, startLimitBurst: 0}
  return {restart, startLimitBurst: Number(tries) + 1, startLimitIntervalSeconds: Infinity}
}
