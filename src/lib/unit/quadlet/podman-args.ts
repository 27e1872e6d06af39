import type {ContainerSpec} from '../container/container-spec.ts'
import type {Translate} from '../container/translate.ts'
import {dockerFlags} from '../docker/docker-flags.ts'
import {type FlagShape, readFlags} from '../docker/flag-words.ts'
import {Fault} from '../fault.ts'
import type {ContainerKey} from './container-key.ts'
import {containerKeys} from './container-keys.ts'
import {type Reading, type Value, valuesOfKey} from './key-values.ts'

/** What one flag does to a container, and the value of PodmanArgs= that it comes from. */
export interface PodmanArg {
  readonly value: Value
  readonly next: (spec: ContainerSpec) => ContainerSpec | Fault
}

/**
 * The flags of PodmanArgs=, in their order: those that a key of [Container] stands for as that key takes them, others as
 * `docker run` does (podman-run(1)). What is no flag, or none that is known, is a fault that names it.
 */
export function podmanArgs(reading: Reading): readonly PodmanArg[] {
  const values = valuesOfKey('PodmanArgs', {takes: 'words'}, reading)
  const [first] = values
  if (first === undefined) return []
  const whole: Value = {...first, isOpen: values.some(({isOpen}) => isOpen)}
  const told = (message: string, remedy: string): PodmanArg[] => [{value: whole, next: () => new Fault(message, remedy)}]
  const read = readFlags(
    values.map(({text}) => text),
    {...dockerFlags, ...podmanShapes},
  )
  if (read instanceof Fault) return told(read.message, 'take it away, or write the key for it')
  const stray = read.rest[0]
  if (stray !== undefined) return told(`'${stray}' is no flag`, 'write what the container runs as Exec=')
  return read.flags.map(({name, written, value}) => ({
    value: whole,
    next: spec => {
      const found = translated(name, value)(spec, value, reading.setting.environment)
      return found instanceof Fault ? new Fault(`${written}: ${found.message}`, found.remedy) : found
    },
  }))
}

function translated(name: string, value: string): Translate {
  if (podmansOwn.includes(name)) return spec => spec
  if (name === 'restart') return () => new Fault('the agent restarts containers', 'write Restart= in [Service]')
  const key = name === 'security-opt' ? securityKey(value) : Object.hasOwn(keyOfFlag, name) ? keyOfFlag[name] : undefined
  const row: ContainerKey | undefined = key === undefined ? undefined : containerKeys[key]
  if (row !== undefined) {
    if ('refused' in row) return () => row.refused
    return 'ignored' in row ? spec => spec : unprefixed(row.translate, name)
  }
  const effect = dockerFlags[name]?.effect ?? new Fault('is not known', 'take it away')
  return effect instanceof Fault ? () => effect : effect
}

/** `--security-opt mask=…` and `unmask=…` have keys that take what stands behind the `=`. */
function unprefixed(translate: Translate, name: string): Translate {
  return name === 'security-opt'
    ? (spec, value, environment) => translate(spec, value.slice(value.indexOf('=') + 1), environment)
    : translate
}

function securityKey(option: string): string | undefined {
  if (option.startsWith('mask=')) return 'Mask'
  if (option.startsWith('unmask=')) return 'Unmask'
  return option === 'label=nested' ? 'SecurityLabelNested' : undefined
}

/** Flags that say how Podman itself goes about it. */
const podmansOwn = ['replace', 'sdnotify']

/** The key that Quadlet has for a flag of `podman run`, where Podman's way differs from Docker's. */
const keyOfFlag: Readonly<Record<string, string>> = {
  'cap-add': 'AddCapability',
  'cap-drop': 'DropCapability',
  cgroups: 'CgroupsMode',
  device: 'AddDevice',
  entrypoint: 'Entrypoint',
  'env-host': 'EnvironmentHost',
  gidmap: 'GIDMap',
  'group-add': 'GroupAdd',
  'health-interval': 'HealthInterval',
  'health-log-destination': 'HealthLogDestination',
  'health-max-log-count': 'HealthMaxLogCount',
  'health-max-log-size': 'HealthMaxLogSize',
  'health-on-failure': 'HealthOnFailure',
  'health-startup-cmd': 'HealthStartupCmd',
  'health-startup-interval': 'HealthStartupInterval',
  'health-startup-retries': 'HealthStartupRetries',
  'health-startup-success': 'HealthStartupSuccess',
  'health-startup-timeout': 'HealthStartupTimeout',
  'http-proxy': 'HttpProxy',
  'image-volume': 'ImageVolume',
  'log-driver': 'LogDriver',
  mount: 'Mount',
  net: 'Network',
  network: 'Network',
  pod: 'Pod',
  pull: 'Pull',
  'read-only-tmpfs': 'ReadOnlyTmpfs',
  retry: 'Retry',
  'retry-delay': 'RetryDelay',
  rootfs: 'Rootfs',
  secret: 'Secret',
  subgidname: 'SubGIDMap',
  subuidname: 'SubUIDMap',
  tmpfs: 'Tmpfs',
  tz: 'Timezone',
  uidmap: 'UIDMap',
  umask: 'Umask',
  userns: 'UserNS',
  volume: 'Volume',
}

const switches = ['env-host', 'http-proxy', 'read-only-tmpfs', 'replace', 'rootfs']

/** Flags that Docker lacks; those that it has keep the shape that it gives them. */
const podmanShapes: Readonly<Record<string, FlagShape>> = Object.fromEntries(
  [...Object.keys(keyOfFlag), ...podmansOwn]
    .filter(name => !Object.hasOwn(dockerFlags, name))
    .map(name => [name, {takes: switches.includes(name) ? 'switch' : 'value'}]),
)
