import type {ContainerSpec} from '../container/container-spec.ts'
import {parseByteRate, parseCountRate, parseDeviceRule, parseGpus} from '../container/device-values.ts'
import {parseLongMount} from '../container/long-mount.ts'
import {parseDevice, parseTmpfs, parseVolume} from '../container/mount-values.ts'
import {parseExposed, parsePublished} from '../container/port-values.ts'
import {
  append,
  decimal,
  entry,
  health,
  integer,
  logDriver,
  logOption,
  network,
  networkAlias,
  parsed,
  resource,
  securityOption,
  size,
  type Translate,
  ulimit,
} from '../container/translate.ts'
import {Fault} from '../fault.ts'
import {
  cgroupNamespace,
  extraHost,
  healthRetries,
  healthTime,
  labelFile,
  link,
  linkLocalAddress,
  nameServer,
  namespace,
  networkAddress,
  networkMode,
  pullPolicy,
  restarting,
  textOrNothing,
  variable,
  variableFile,
  whenOn,
} from './run-values.ts'

export {pullPolicy}

/** What becomes of one flag of `docker run`. */
export interface DockerFlag {
  readonly short?: string
  /** A switch takes no value, or one behind `=`. */
  readonly takes: 'value' | 'switch'
  /** Once also written with a single dash (`-name`). */
  readonly singleDash?: boolean
  /** A translation; or why there is none, and what to write instead. */
  readonly effect: Translate | Fault
}

/** `absorbed`: it makes no difference here, since it asks for the agent's own way or concerns the command line only. */
export function effectKind({effect}: DockerFlag): 'translated' | 'absorbed' | 'refused' {
  if (effect instanceof Fault) return 'refused'
  return effect === absorbed ? 'absorbed' : 'translated'
}

const absorbed: Translate = spec => spec

const value = (effect: Translate | Fault, more: Partial<DockerFlag> = {}): DockerFlag => ({takes: 'value', effect, ...more})
const flag = (effect: Translate | Fault, more: Partial<DockerFlag> = {}): DockerFlag => ({takes: 'switch', effect, ...more})
const refused = (message: string, remedy: string): Fault => new Fault(message, remedy)
const old = {singleDash: true}

const windows = refused('is for Windows only', 'take it away')

/** A value that is one more in a list of the container's. */
type Lists = 'deviceRequests' | 'devices' | 'mounts'
function oneMore<K extends Lists>(field: K, parse: (value: string) => NonNullable<ContainerSpec[K]>[number] | Fault): Translate {
  return parsed(parse, (spec, found) => ({...spec, [field]: [...(spec[field] ?? []), found]}))
}

type Rates = 'blockWeightDevices' | 'readBytesPerSecond' | 'readsPerSecond' | 'writeBytesPerSecond' | 'writesPerSecond'
function rate(field: Rates, parse: typeof parseByteRate): Translate {
  return parsed(parse, (spec, found) => {
    const others = (spec.resources[field] ?? []).filter(({path}) => path !== found.path)
    return {...spec, resources: {...spec.resources, [field]: [...others, found]}}
  })
}

/** Every flag that docker's `run` knows or has known, by its long name without dashes (docker-run(1)). */
export const dockerFlags: Readonly<Record<string, DockerFlag>> = {
  'add-host': value(extraHost),
  annotation: value(entry('annotations')),
  attach: value(absorbed, {short: 'a'}),
  'blkio-weight': value(resource('blockWeight', integer)),
  'blkio-weight-device': value(rate('blockWeightDevices', parseCountRate)),
  'cap-add': value(append('capAdd')),
  'cap-drop': value(append('capDrop')),
  'cgroup-parent': value(textOrNothing('cgroupParent')),
  cgroupns: value(cgroupNamespace),
  cidfile: value(refused('writes a file for other programs to read', 'name the container by --name and use that'), old),
  'cpu-count': value(windows),
  'cpu-percent': value(windows),
  'cpu-period': value(resource('cpuPeriodMicroseconds', integer)),
  'cpu-quota': value(resource('cpuQuotaMicroseconds', integer)),
  'cpu-rt-period': value(resource('cpuRealtimePeriodMicroseconds', integer)),
  'cpu-rt-runtime': value(resource('cpuRealtimeRuntimeMicroseconds', integer)),
  'cpu-shares': value(resource('cpuShares', integer), {short: 'c'}),
  cpus: value(resource('cpus', decimal)),
  'cpuset-cpus': value(resource('cpusetCpus', list => list)),
  'cpuset-mems': value(resource('cpusetMems', list => list)),
  cpuset: value(resource('cpusetCpus', list => list)),
  detach: flag(absorbed, {short: 'd'}),
  'detach-keys': value(absorbed),
  device: value(oneMore('devices', parseDevice)),
  'device-cgroup-rule': value(
    parsed(parseDeviceRule, (spec, rule) => ({...spec, deviceCgroupRules: [...(spec.deviceCgroupRules ?? []), rule]})),
  ),
  'device-read-bps': value(rate('readBytesPerSecond', parseByteRate)),
  'device-read-iops': value(rate('readsPerSecond', parseCountRate)),
  'device-write-bps': value(rate('writeBytesPerSecond', parseByteRate)),
  'device-write-iops': value(rate('writesPerSecond', parseCountRate)),
  'disable-content-trust': flag(absorbed),
  dns: value(nameServer, old),
  'dns-opt': value(append('dnsOptions')),
  'dns-option': value(append('dnsOptions')),
  'dns-search': value(append('dnsSearch')),
  domainname: value(textOrNothing('domainname')),
  entrypoint: value((spec, path) => ({...spec, entrypoint: [path]}), old),
  env: value(variable, {short: 'e'}),
  'env-file': value(variableFile),
  expose: value(
    parsed(parseExposed, (spec, ports) => ({...spec, exposedPorts: [...spec.exposedPorts, ...ports]})),
    old,
  ),
  gpus: value(oneMore('deviceRequests', parseGpus)),
  'group-add': value(append('groups')),
  'health-cmd': value((spec, command, environment) =>
    command === '' ? spec : health(() => ({test: ['CMD-SHELL', command]}))(spec, command, environment),
  ),
  'health-interval': value(healthTime('intervalSeconds')),
  'health-retries': value(healthRetries),
  'health-start-interval': value(
    refused('is newer than the API that the agent speaks', 'write --health-interval and --health-start-period'),
  ),
  'health-start-period': value(healthTime('startPeriodSeconds')),
  'health-timeout': value(healthTime('timeoutSeconds')),
  help: flag(refused('only prints help', 'take it away')),
  hostname: value(textOrNothing('hostname'), {short: 'h'}),
  init: flag(whenOn((spec, init) => ({...spec, init}))),
  interactive: flag(
    whenOn((spec, openStdin) => ({...spec, openStdin})),
    {short: 'i'},
  ),
  'io-maxbandwidth': value(windows),
  'io-maxiops': value(windows),
  ip: value(networkAddress('ipv4')),
  ip6: value(networkAddress('ipv6')),
  ipc: value(namespace('ipcMode', ['none', 'private', 'shareable', 'host', 'container:'])),
  isolation: value((spec, mode) => (['', 'default'].includes(mode) ? spec : windows)),
  'kernel-memory': value(resource('kernelMemoryBytes', size)),
  label: value(entry('labels'), {short: 'l'}),
  'label-file': value(labelFile),
  link: value(link, old),
  'link-local-ip': value(linkLocalAddress),
  'log-driver': value(logDriver),
  'log-opt': value(logOption),
  'lxc-conf': value(refused('is for an engine that is gone', 'write the flag that stands for it today'), old),
  'mac-address': value(network('macAddress')),
  memory: value(resource('memoryBytes', size), {short: 'm'}),
  'memory-reservation': value(resource('memoryReservationBytes', size)),
  'memory-swap': value(resource('memorySwapBytes', amount => (amount === '-1' ? -1 : size(amount)))),
  'memory-swappiness': value(resource('memorySwappiness', integer)),
  mount: value(oneMore('mounts', parseLongMount)),
  name: value(textOrNothing('name'), old),
  net: value(networkMode, old),
  'net-alias': value(networkAlias),
  network: value(networkMode),
  'network-alias': value(networkAlias),
  networking: flag(
    whenOn((spec, on) => (on ? spec : {...spec, network: {...spec.network, mode: 'none'}})),
    {short: 'n', ...old},
  ),
  'no-healthcheck': flag(whenOn((spec, off) => (off ? {...spec, health: {test: ['NONE']}} : spec))),
  'oom-kill-disable': flag(whenOn((spec, oomKillDisable) => ({...spec, resources: {...spec.resources, oomKillDisable}}))),
  'oom-score-adj': value(resource('oomScoreAdjust', integer)),
  pid: value(namespace('pidMode', ['host', 'container:'])),
  'pids-limit': value(resource('pidsLimit', integer)),
  platform: value(textOrNothing('platform')),
  privileged: flag(
    whenOn((spec, privileged) => ({...spec, privileged})),
    old,
  ),
  publish: value(
    parsed(parsePublished, (spec, ports) => ({...spec, ports: [...spec.ports, ...ports]})),
    {short: 'p'},
  ),
  'publish-all': flag(
    whenOn((spec, publishAllPorts) => ({...spec, publishAllPorts})),
    {short: 'P'},
  ),
  'publish-service': value(refused('is an experiment that is gone', 'write --network and --network-alias')),
  pull: value(parsed(pullPolicy, (spec, pull) => ({...spec, pull}))),
  quiet: flag(absorbed, {short: 'q'}),
  'read-only': flag(whenOn((spec, readOnly) => ({...spec, readOnly}))),
  restart: value((spec, policy) => {
    const found = restarting(policy)
    return found instanceof Fault ? found : spec
  }),
  rm: flag(absorbed, old),
  runtime: value(textOrNothing('runtime')),
  'security-opt': value(securityOption),
  'shm-size': value(resource('shmBytes', size)),
  'sig-proxy': flag(absorbed, old),
  'stop-signal': value(textOrNothing('stopSignal')),
  'stop-timeout': value(parsed(integer, (spec, stopSeconds) => ({...spec, stopSeconds}))),
  'storage-opt': value(entry('storageOptions')),
  sysctl: value(entry('sysctls')),
  tmpfs: value(oneMore('mounts', parseTmpfs)),
  tty: flag(
    whenOn((spec, terminal) => ({...spec, terminal})),
    {short: 't'},
  ),
  ulimit: value(ulimit),
  'use-api-socket': flag(
    refused("gives the container the command line's own logins", 'write -v /var/run/docker.sock:/var/run/docker.sock'),
  ),
  user: value(textOrNothing('user'), {short: 'u'}),
  userns: value(namespace('userNamespace', ['host'])),
  uts: value(namespace('utsMode', ['host'])),
  volume: value(oneMore('mounts', parseVolume), {short: 'v'}),
  'volume-driver': value(textOrNothing('volumeDriver')),
  'volumes-from': value(append('volumesFrom'), old),
  workdir: value(textOrNothing('workingDirectory'), {short: 'w'}),
}
