import {parseByteSize} from '../../base/byte-size.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import {Fault} from '../fault.ts'
import type {ContainerSpec, HealthCheck, Network, Resources, Ulimit} from './container-spec.ts'

/**
 * Adds one option's value to a container. `environment` is what the unit's process would have, for options that take a
 * variable over by its name.
 */
export type Translate = (
  spec: ContainerSpec,
  value: string,
  environment: Readonly<Record<string, string>>,
) => ContainerSpec | Fault

/** The keys of T that hold a V. */
type Holding<T, V> = {[K in keyof T]-?: NonNullable<T[K]> extends V ? (V extends NonNullable<T[K]> ? K : never) : never}[keyof T]

/** Sets a text. */
export function text(field: Holding<ContainerSpec, string>): Translate {
  return (spec, value) => (value === '' ? new Fault('an empty value') : {...spec, [field]: value})
}

/** Appends to a list of texts. */
export function append(field: Holding<ContainerSpec, readonly string[]>): Translate {
  return (spec, value) => (value === '' ? new Fault('an empty value') : {...spec, [field]: [...(spec[field] ?? []), value]})
}

/** Puts `key=value` into a map; without `=` the value is empty. */
export function entry(field: 'labels' | 'annotations' | 'sysctls' | 'storageOptions'): Translate {
  return (spec, value) => {
    const [name, content] = keyAndValue(value)
    return name === ''
      ? new Fault(`'${value}' has no key`, 'write key=value')
      : {...spec, [field]: {...spec[field], [name]: content ?? ''}}
  }
}

/** Puts `KEY=value` into the environment; a bare `KEY` takes over the unit's own variable, if it has one. */
export const environmentEntry: Translate = (spec, value, environment) => {
  const [name, content] = keyAndValue(value)
  if (name === '') return new Fault(`'${value}' has no name`, 'write NAME=value')
  const taken = content ?? (Object.hasOwn(environment, name) ? environment[name] : undefined)
  return taken === undefined ? spec : {...spec, environment: {...spec.environment, [name]: taken}}
}

/** Sets one limit from a size, a number or a text. */
export function resource<K extends keyof Resources>(field: K, parse: (value: string) => Resources[K] | Fault): Translate {
  return (spec, value) => {
    const found = parse(value)
    return found instanceof Fault ? found : {...spec, resources: {...spec.resources, [field]: found}}
  }
}

/** Sets one part of the network. */
export function network<K extends Holding<Network, string>>(field: K): Translate {
  return (spec, value) => (value === '' ? new Fault('an empty value') : {...spec, network: {...spec.network, [field]: value}})
}

export const networkAlias: Translate = (spec, value) => ({
  ...spec,
  network: {...spec.network, aliases: [...spec.network.aliases, value]},
})

/** Sets one part of the health check. */
export function health(part: (value: string) => Partial<HealthCheck> | Fault): Translate {
  return (spec, value) => {
    const found = part(value)
    return found instanceof Fault ? found : {...spec, health: {test: [], ...spec.health, ...found}}
  }
}

/** Puts a value through a parser and adds what comes out. */
export function parsed<T>(parse: (value: string) => T | Fault, add: (spec: ContainerSpec, found: T) => ContainerSpec): Translate {
  return (spec, value) => {
    const found = parse(value)
    return found instanceof Fault ? found : add(spec, found)
  }
}

export const logDriver: Translate = (spec, value) => ({...spec, log: {driver: value, options: spec.log?.options ?? {}}})

/** Log options without a driver go to the engine's own, which the empty name stands for. */
export const logOption: Translate = (spec, value) => {
  const [name, content] = keyAndValue(value)
  if (name === '' || content === undefined) return new Fault(`'${value}' is no option`, 'write key=value')
  return {...spec, log: {driver: spec.log?.driver ?? '', options: {...spec.log?.options, [name]: content}}}
}

export const ulimit: Translate = parsed(parseUlimit, (spec, limit) => ({
  ...spec,
  ulimits: [...spec.ulimits.filter(other => other.name !== limit.name), limit],
}))

/** `nofile=1024:2048`, `nofile=1024`; -1 or unlimited for none. */
function parseUlimit(value: string): Ulimit | Fault {
  const match = /^([a-z]+)=(-?\d+|unlimited)(?::(-?\d+|unlimited))?$/.exec(value)
  if (!match) return new Fault(`'${value}' is no limit`, 'write nofile=1024 or nofile=1024:2048')
  if (!limitNames.includes(match[1] ?? ''))
    return new Fault(`there is no limit '${match[1]}'`, `they are ${limitNames.join(', ')}`)
  const number = (part: string) => (part === 'unlimited' ? -1 : Number(part))
  const soft = number(match[2] ?? '')
  const hard = match[3] === undefined ? soft : number(match[3])
  if (hard !== -1 && (soft === -1 || soft > hard))
    return new Fault(`'${value}' has a soft limit above the hard one`, 'write nofile=1024:2048')
  return {name: match[1] ?? '', soft, hard}
}

/** The kernel's limits that Docker knows (setrlimit(2)). */
const limitNames = 'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ')

/** A security option; a seccomp profile is a file of the machine. */
export const securityOption: Translate = (spec, value) => {
  const [, name, content = ''] = /^([^=:]*)(?:[=:](.*))?$/.exec(value) ?? []
  if (name !== 'no-new-privileges' && content === '')
    return new Fault(`'${value}' is no security option`, 'write one such as no-new-privileges or label=disable')
  if (name !== 'seccomp' || content === 'unconfined' || content === 'builtin')
    return {...spec, securityOptions: [...spec.securityOptions, value]}
  return content.startsWith('/')
    ? {...spec, seccompFile: content}
    : new Fault(`'${content}' is no absolute path`, 'write seccomp=/path on the machine, or seccomp=unconfined')
}

/** A file of variables, by its absolute path. */
export const environmentFile: Translate = (spec, value) => {
  const optional = value.startsWith('-')
  const path = optional ? value.slice(1) : value
  if (!path.startsWith('/')) return new Fault(`'${path}' is no absolute path`, 'write /path on the machine')
  return {...spec, environmentFiles: [...spec.environmentFiles, {path, optional}]}
}

export function size(value: string): number | Fault {
  return parseByteSize(value) ?? new Fault(`'${value}' is no size`, 'write a size such as 512m')
}

export function integer(value: string): number | Fault {
  return /^-?\d{1,15}$/.test(value) ? Number(value) : new Fault(`'${value}' is no number`, 'write a number')
}

export function decimal(value: string): number | Fault {
  return /^\d*\.?\d+$/.test(value) ? Number(value) : new Fault(`'${value}' is no number`, 'write a number such as 1.5')
}

export function seconds(value: string): number | Fault {
  const found = parseTimeSpan(value)
  return found === undefined || found === Infinity
    ? new Fault(`'${value}' is no time`, 'write a time such as 30s or 1m30s')
    : found
}

/** The health check of a shell's command line, of a JSON list of words, or of `none`. */
export function healthTest(value: string): Partial<HealthCheck> | Fault {
  if (value.toLowerCase() === 'none') return {test: ['NONE']}
  if (value === '') return new Fault('an empty command', 'write a command, or none')
  const words = jsonWords(value)
  if (!words) return {test: ['CMD-SHELL', value]}
  return {test: ['CMD', 'CMD-SHELL', 'NONE'].includes(words[0] ?? '') ? words : ['CMD', ...words]}
}

/** A JSON list of texts, or undefined. */
export function jsonWords(value: string): readonly string[] | undefined {
  if (!value.startsWith('[')) return undefined
  try {
    const found: unknown = JSON.parse(value)
    return Array.isArray(found) && found.every(word => typeof word === 'string') ? found : undefined
  } catch {
    return undefined
  }
}

/** A value's key and what stands behind its first `=`, if there is one. */
export function keyAndValue(value: string): [string, string | undefined] {
  const equals = value.indexOf('=')
  return equals < 0 ? [value, undefined] : [value.slice(0, equals), value.slice(equals + 1)]
}
