import {parseBoolean} from '../boolean.ts'
import type {ContainerSpec} from '../container/container-spec.ts'
import {parseImage} from '../container/image-name.ts'
import {parseDevice, parseMount, parseTmpfs, parseVolume} from '../container/mount-values.ts'
import {parseExposed, parsePorts} from '../container/port-values.ts'
import {
  append,
  entry,
  environmentEntry,
  environmentFile,
  health,
  healthTest,
  integer,
  jsonWords,
  logDriver,
  logOption,
  network,
  networkAlias,
  parsed,
  resource,
  seconds,
  securityOption,
  size,
  type Translate,
  text,
  ulimit,
} from '../container/translate.ts'
import {pullPolicy} from '../docker/docker-flags.ts'
import {Fault} from '../fault.ts'
import {networkKey} from './network-key.ts'

/** What becomes of one key of [Container]. */
export type ContainerKey =
  | {
      /** The last value; every value; or every word of every value, by the quoting rules. */
      readonly takes: 'last' | 'each' | 'words'
      readonly translate: Translate
    }
  /** Cannot be had: why, and what to write instead. */
  | {readonly refused: Fault}
  /** Changes nothing here: why. */
  | {readonly ignored: string}

const last = (translate: Translate): ContainerKey => ({takes: 'last', translate})
const each = (translate: Translate): ContainerKey => ({takes: 'each', translate})
const words = (translate: Translate): ContainerKey => ({takes: 'words', translate})
const refused = (message: string, remedy?: string): ContainerKey => ({refused: new Fault(message, remedy)})
const ignored = (reason: string): ContainerKey => ({ignored: reason})

/** A yes or no that changes the container. */
function yesNo(change: (spec: ContainerSpec, yes: boolean) => ContainerSpec): ContainerKey {
  return last((spec, value) => {
    const yes = parseBoolean(value)
    return yes === undefined ? new Fault(`'${value}' is neither yes nor no`, 'write true or false') : change(spec, yes)
  })
}

/** A security option that a key stands for. */
const label = (prefix: string): ContainerKey =>
  last((spec, value, environment) => securityOption(spec, prefix + value, environment))
const secured = (option: string): ContainerKey =>
  yesNo((spec, yes) => (yes ? {...spec, securityOptions: [...spec.securityOptions, option]} : spec))

const engineHealth = 'the engine keeps its own log of health checks'
const noStartup = refused('Docker has no separate check for the start', 'write HealthStartPeriod=')
const noIdMap = refused('Docker maps users for the whole engine only', 'take it away, or set userns-remap of dockerd')
const noPods = refused(
  'there are no pods',
  'write Network=container:NAME to share a network, MachineOf= in [X-Fleet] to share a machine',
)
const noReload = refused('a unit is not reloaded but restarted', 'take it away')

/**
 * The keys of [Container] in Quadlet's vocabulary (podman-systemd.unit(5)), as far as Docker can do them.
 * `User`, `Group`, `Exec`, `Image` and what depends on two keys is finished by the reader of the section.
 */
export const containerKeys: Readonly<Record<string, ContainerKey>> = {
  // What runs
  Image: last((spec, value) => {
    const image = parseImage(value)
    return image instanceof Fault ? image : {...spec, image}
  }),
  Exec: words((spec, word) => ({...spec, command: [...spec.command, word]})),
  Entrypoint: last((spec, value) => ({...spec, entrypoint: jsonWords(value) ?? (value === '' ? [] : [value])})),
  Environment: words(environmentEntry),
  EnvironmentFile: each(environmentFile),
  EnvironmentHost: refused("a container does not get its machine's variables", 'write Environment= or EnvironmentFile='),
  WorkingDir: last(text('workingDirectory')),
  User: last(text('user')),
  Group: last((spec, group) => ({...spec, user: `${spec.user ?? ''}:${group}`})),
  GroupAdd: each((spec, group) =>
    group === 'keep-groups' ? new Fault("'keep-groups' is Podman's", 'name the groups') : append('groups')(spec, group, {}),
  ),
  RunInit: yesNo((spec, init) => ({...spec, init})),
  Pull: last(
    parsed(
      value => (value === 'newer' ? 'always' : pullPolicy(value)),
      (spec, pull) => ({...spec, pull}),
    ),
  ),
  ContainerName: last(text('name')),
  HostName: last(text('hostname')),
  Label: words(entry('labels')),
  Annotation: words(entry('annotations')),
  StopSignal: last(text('stopSignal')),
  StopTimeout: last(parsed(seconds, (spec, stopSeconds) => ({...spec, stopSeconds}))),
  Timezone: refused('Docker does not set the time zone', 'write Environment=TZ=Europe/Berlin if the image has time zones'),

  // Its network
  Network: each(networkKey),
  NetworkAlias: each(networkAlias),
  IP: last(network('ipv4')),
  IP6: last(network('ipv6')),
  PublishPort: each(parsed(parsePorts, (spec, ports) => ({...spec, ports: [...spec.ports, ...ports]}))),
  ExposeHostPort: each(parsed(parseExposed, (spec, ports) => ({...spec, exposedPorts: [...spec.exposedPorts, ...ports]}))),
  AddHost: each(append('extraHosts')),
  DNS: each(append('dns')),
  DNSOption: each(append('dnsOptions')),
  DNSSearch: each(append('dnsSearch')),
  HttpProxy: ignored("Docker takes proxies from the engine's own settings"),

  // Its files
  Volume: each(parsed(parseVolume, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]}))),
  Mount: each(parsed(parseMount, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]}))),
  Tmpfs: each(parsed(parseTmpfs, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]}))),
  ReadOnly: yesNo((spec, readOnly) => ({...spec, readOnly})),
  ReadOnlyTmpfs: yesNo(spec => spec),
  Rootfs: refused('Docker runs images only', 'write Image='),
  Secret: refused('there is no store of secrets', 'write Volume=/path/on/machine:/run/secrets/name:ro or EnvironmentFile='),
  AddDevice: each((spec, value) => {
    const device = parseDevice(value)
    if (value.startsWith('-')) return new Fault('Docker has no devices that may be missing', `write AddDevice=${value.slice(1)}`)
    return device instanceof Fault ? device : {...spec, devices: [...spec.devices, device]}
  }),

  // Its health
  HealthCmd: last(health(healthTest)),
  HealthInterval: last(
    health(value => {
      const intervalSeconds = seconds(value)
      return intervalSeconds instanceof Fault ? intervalSeconds : {intervalSeconds}
    }),
  ),
  HealthTimeout: last(
    health(value => {
      const timeoutSeconds = seconds(value)
      return timeoutSeconds instanceof Fault ? timeoutSeconds : {timeoutSeconds}
    }),
  ),
  HealthStartPeriod: last(
    health(value => {
      const startPeriodSeconds = seconds(value)
      return startPeriodSeconds instanceof Fault ? startPeriodSeconds : {startPeriodSeconds}
    }),
  ),
  HealthRetries: last(
    health(value => {
      const retries = integer(value)
      return retries instanceof Fault ? retries : {retries}
    }),
  ),
  Notify: last((spec, value) => {
    if (value === 'healthy') return {...spec, activeWhenHealthy: true}
    return parseBoolean(value) === false
      ? spec
      : new Fault('a container cannot notify here', 'write Notify=healthy beside HealthCmd=')
  }),
  HealthOnFailure: last((spec, value) =>
    value === 'none'
      ? spec
      : new Fault(`an unhealthy container is shown, not ${value}ed`, 'take it away, or have HealthCmd= end the process'),
  ),
  HealthLogDestination: ignored(engineHealth),
  HealthMaxLogCount: ignored(engineHealth),
  HealthMaxLogSize: ignored(engineHealth),
  HealthStartupCmd: noStartup,
  HealthStartupInterval: noStartup,
  HealthStartupRetries: noStartup,
  HealthStartupSuccess: noStartup,
  HealthStartupTimeout: noStartup,

  // Its limits
  Memory: last(resource('memoryBytes', size)),
  PidsLimit: last(resource('pidsLimit', integer)),
  ShmSize: last(resource('shmBytes', size)),
  Ulimit: each(ulimit),
  Sysctl: words(entry('sysctls')),

  // What it may do
  AddCapability: words(append('capAdd')),
  DropCapability: words((spec, name) => append('capDrop')(spec, name === 'all' ? 'ALL' : name, {})),
  NoNewPrivileges: secured('no-new-privileges'),
  SeccompProfile: label('seccomp='),
  SecurityLabelDisable: secured('label=disable'),
  SecurityLabelType: label('label=type:'),
  SecurityLabelLevel: label('label=level:'),
  SecurityLabelFileType: refused('Docker labels no files', 'write SecurityLabelType='),
  SecurityLabelNested: refused('Docker does not nest labels', 'write SecurityLabelDisable=true'),
  AppArmor: label('apparmor='),
  Mask: refused('Docker masks its own choice of paths', 'take it away'),
  Unmask: last((spec, value, environment) =>
    value === 'ALL'
      ? securityOption(spec, 'systempaths=unconfined', environment)
      : new Fault('Docker unmasks all paths or none', 'write Unmask=ALL'),
  ),
  UserNS: last((spec, mode) =>
    mode === 'host' ? {...spec, userNamespace: mode} : new Fault(`'${mode}' is Podman's`, 'write UserNS=host or take it away'),
  ),
  UIDMap: noIdMap,
  GIDMap: noIdMap,
  SubUIDMap: noIdMap,
  SubGIDMap: noIdMap,

  // Its log
  LogDriver: last((spec, driver, environment) =>
    ['k8s-file', 'passthrough', 'passthrough-tty'].includes(driver)
      ? new Fault(`'${driver}' is Podman's`, 'write json-file, local or journald')
      : logDriver(spec, driver, environment),
  ),
  LogOpt: each(logOption),

  // Podman's own
  AutoUpdate: refused('images are not updated behind the back of a unit', 'write Pull=always, and restart the unit'),
  CgroupsMode: ignored('Docker has one mode'),
  ContainersConfModule: refused("is Podman's"),
  GlobalArgs: refused("is Podman's"),
  PodmanArgs: refused("is Podman's", 'write the key for it, or a unit with ExecStart=docker run'),
  Pod: noPods,
  StartWithPod: noPods,
  ServiceName: refused("a unit has its file's name", 'name the file so'),
  ReloadCmd: noReload,
  ReloadSignal: noReload,
  Retry: ignored('a failed pull is tried again anyway'),
  RetryDelay: ignored('a failed pull is tried again anyway'),
}
