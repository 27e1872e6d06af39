import type {ContainerSpec} from '../container/container-spec.ts'
import {parseDevice, parseMount, parseTmpfs, parseVolume} from '../container/mount-values.ts'
import {parseExposed, parsePorts} from '../container/port-values.ts'
import {
  append,
  decimal,
  entry,
  environmentEntry,
  environmentFile,
  health,
  integer,
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
import {Fault} from '../fault.ts'

/** What becomes of one flag of `docker run`. */
export interface DockerFlag {
  readonly short?: string
  /** A switch takes no value, or one behind `=`. */
  readonly takes: 'value' | 'switch'
  /** Once also written with a single dash (`-name`). */
  readonly singleDash?: boolean
  /** A translation; or the reason why the unit cannot be translated. */
  readonly effect: Translate | string
}

/** Leaves the container as it is: what the flag asks for is the agent's own way, or concerns the command line only. */
const absorbed: Translate = spec => spec

const value = (effect: Translate | string, more: Partial<DockerFlag> = {}): DockerFlag => ({takes: 'value', effect, ...more})
const flag = (effect: Translate | string, more: Partial<DockerFlag> = {}): DockerFlag => ({takes: 'switch', effect, ...more})
const old = {singleDash: true}

/** A switch that sets a field when it is on. */
function whenOn(change: (spec: ContainerSpec, on: boolean) => ContainerSpec): Translate {
  return (spec, given) => {
    if (['true', '1', 't', 'TRUE', 'True', 'T'].includes(given)) return change(spec, true)
    return ['false', '0', 'f', 'FALSE', 'False', 'F'].includes(given)
      ? change(spec, false)
      : new Fault(`'${given}' is neither true nor false`)
  }
}

const windows = 'is for Windows only'
const unsupported = 'has no counterpart here'
const networkMode: Translate = (spec, mode) =>
  mode.includes('=')
    ? new Fault(`'${mode}' is in the long form`, 'write the network by its name')
    : network('mode')(spec, mode === 'default' ? 'bridge' : mode, {})
const dnsOption = append('dnsOptions')

/** Every flag that docker's `run` knows or has known, by its long name without dashes (docker-run(1)). */
export const dockerFlags: Readonly<Record<string, DockerFlag>> = {
  'add-host': value((spec, host) => append('extraHosts')(spec, host.replace(/^([^:=]+)=/, '$1:'), {})),
  annotation: value(entry('annotations')),
  attach: value(absorbed, {short: 'a'}),
  'blkio-weight': value(resource('blockWeight', integer)),
  'blkio-weight-device': value(unsupported),
  'cap-add': value(append('capAdd')),
  'cap-drop': value(append('capDrop')),
  'cgroup-parent': value(text('cgroupParent')),
  cgroupns: value(unsupported),
  cidfile: value('writes a file for other programs to read', old),
  'cpu-count': value(windows),
  'cpu-percent': value(windows),
  'cpu-period': value(resource('cpuPeriodMicroseconds', integer)),
  'cpu-quota': value(resource('cpuQuotaMicroseconds', integer)),
  'cpu-rt-period': value(unsupported),
  'cpu-rt-runtime': value(unsupported),
  'cpu-shares': value(resource('cpuShares', integer), {short: 'c'}),
  cpus: value(resource('cpus', decimal)),
  'cpuset-cpus': value(resource('cpusetCpus', list => list)),
  'cpuset-mems': value(resource('cpusetMems', list => list)),
  cpuset: value(resource('cpusetCpus', list => list)),
  detach: flag(absorbed, {short: 'd'}),
  'detach-keys': value(absorbed),
  device: value(parsed(parseDevice, (spec, device) => ({...spec, devices: [...spec.devices, device]}))),
  'device-cgroup-rule': value(unsupported),
  'device-read-bps': value(unsupported),
  'device-read-iops': value(unsupported),
  'device-write-bps': value(unsupported),
  'device-write-iops': value(unsupported),
  'disable-content-trust': flag(absorbed),
  dns: value(append('dns'), old),
  'dns-opt': value(dnsOption),
  'dns-option': value(dnsOption),
  'dns-search': value(append('dnsSearch')),
  domainname: value(text('domainname')),
  entrypoint: value((spec, path) => ({...spec, entrypoint: [path]}), old),
  env: value(environmentEntry, {short: 'e'}),
  'env-file': value((spec, path, environment) => environmentFile(spec, path.replace(/^-/, './-'), environment)),
  expose: value(
    parsed(parseExposed, (spec, ports) => ({...spec, exposedPorts: [...spec.exposedPorts, ...ports]})),
    old,
  ),
  gpus: value(unsupported),
  'group-add': value(append('groups')),
  'health-cmd': value(health(command => (command === '' ? {test: []} : {test: ['CMD-SHELL', command]}))),
  'health-interval': value(health(span => wrap(seconds(span), intervalSeconds => ({intervalSeconds})))),
  'health-retries': value(health(count => wrap(integer(count), retries => ({retries})))),
  'health-start-interval': value(unsupported),
  'health-start-period': value(health(span => wrap(seconds(span), startPeriodSeconds => ({startPeriodSeconds})))),
  'health-timeout': value(health(span => wrap(seconds(span), timeoutSeconds => ({timeoutSeconds})))),
  help: flag('only prints help'),
  hostname: value(text('hostname'), {short: 'h'}),
  init: flag(whenOn((spec, init) => ({...spec, init}))),
  interactive: flag(
    whenOn((spec, openStdin) => ({...spec, openStdin})),
    {short: 'i'},
  ),
  'io-maxbandwidth': value(windows),
  'io-maxiops': value(windows),
  ip: value(network('ipv4')),
  ip6: value(network('ipv6')),
  ipc: value(text('ipcMode')),
  isolation: value(windows),
  'kernel-memory': value(absorbed),
  label: value(entry('labels'), {short: 'l'}),
  'label-file': value("is a file that Docker's command line would read"),
  link: value((spec, link) => append('links')(spec, link.includes(':') ? link : `${link}:${link}`, {}), old),
  'link-local-ip': value(unsupported),
  'log-driver': value(logDriver),
  'log-opt': value(logOption),
  'lxc-conf': value('is for an engine that is gone', old),
  'mac-address': value(network('macAddress')),
  memory: value(resource('memoryBytes', size), {short: 'm'}),
  'memory-reservation': value(resource('memoryReservationBytes', size)),
  'memory-swap': value(resource('memorySwapBytes', amount => (amount === '-1' ? -1 : size(amount)))),
  'memory-swappiness': value(resource('memorySwappiness', integer)),
  mount: value(parsed(parseMount, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]}))),
  name: value(text('name'), old),
  net: value(networkMode),
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
  pid: value(text('pidMode')),
  'pids-limit': value(resource('pidsLimit', integer)),
  platform: value(unsupported),
  privileged: flag(
    whenOn((spec, privileged) => ({...spec, privileged})),
    old,
  ),
  publish: value(
    parsed(parsePorts, (spec, ports) => ({...spec, ports: [...spec.ports, ...ports]})),
    {short: 'p'},
  ),
  'publish-all': flag(
    whenOn((spec, publishAllPorts) => ({...spec, publishAllPorts})),
    {short: 'P'},
  ),
  pull: value(parsed(pullPolicy, (spec, pull) => ({...spec, pull}))),
  quiet: flag(absorbed, {short: 'q'}),
  'read-only': flag(whenOn((spec, readOnly) => ({...spec, readOnly}))),
  restart: value((spec, policy) =>
    policy === 'no' ? spec : new Fault('would have Docker restart what the agent restarts', 'write Restart= in [Service]'),
  ),
  rm: flag(absorbed, old),
  runtime: value(text('runtime')),
  'security-opt': value(securityOption),
  'shm-size': value(resource('shmBytes', size)),
  'sig-proxy': flag(absorbed, old),
  'stop-signal': value(text('stopSignal')),
  'stop-timeout': value(parsed(integer, (spec, stopSeconds) => ({...spec, stopSeconds}))),
  'storage-opt': value(unsupported),
  sysctl: value(entry('sysctls')),
  tmpfs: value(parsed(parseTmpfs, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]}))),
  tty: flag(
    whenOn((spec, terminal) => ({...spec, terminal})),
    {short: 't'},
  ),
  ulimit: value(ulimit),
  'use-api-socket': flag(unsupported),
  user: value(text('user'), {short: 'u'}),
  userns: value(text('userNamespace')),
  uts: value(text('utsMode')),
  volume: value(
    parsed(parseVolume, (spec, mount) => ({...spec, mounts: [...spec.mounts, mount]})),
    {short: 'v'},
  ),
  'volume-driver': value((spec, driver) => (driver === 'local' ? spec : new Fault(unsupported))),
  'volumes-from': value(append('volumesFrom'), old),
  workdir: value(text('workingDirectory'), {short: 'w'}),
}

/** `always`, `missing` or `never`. */
export function pullPolicy(policy: string): ContainerSpec['pull'] | Fault {
  const found = (['always', 'missing', 'never'] as const).find(known => known === policy)
  return found ?? new Fault(`'${policy}' is no way to pull`, 'write always, missing or never')
}

function wrap<T, R>(found: T | Fault, use: (found: T) => R): R | Fault {
  return found instanceof Fault ? found : use(found)
}
