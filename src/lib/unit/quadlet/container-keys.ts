import {parseBoolean} from '../boolean.ts'
import type {ContainerSpec} from '../container/container-spec.ts'
import {parseImage} from '../container/image-name.ts'
import {parseExposed, parsePorts} from '../container/port-values.ts'
import {
  append,
  entry,
  environmentEntry,
  integer,
  jsonWords,
  logDriver,
  logOption,
  network,
  networkAlias,
  parsed,
  resource,
  seconds,
  size,
  type Translate,
  text,
  ulimit,
} from '../container/translate.ts'
import {pullPolicy} from '../docker/docker-flags.ts'
import {Fault} from '../fault.ts'
import {type ContainerKey, each, last, pairs, plainWords, words, yesNo} from './container-key.ts'
import {healthKeys} from './health-keys.ts'
import {networkKey} from './network-key.ts'
import {podmanKeys} from './podman-keys.ts'
import {securityKeys} from './security-keys.ts'
import {deviceKey, environmentFileKey, mountKey, timezoneKey, tmpfsKey, volumeKey} from './storage-keys.ts'

/**
 * The keys of [Container] in Quadlet's vocabulary (podman-systemd.unit(5), podman-container.unit(5)), as far as Docker can
 * do them, in the order in which they are applied. `PodmanArgs`, `ServiceName` and what depends on two keys is the reader's.
 */
export const containerKeys: Readonly<Record<string, ContainerKey>> = {
  // What runs
  Image: last(image),
  Exec: words((spec, word) => ({...spec, command: [...spec.command, word]})),
  Entrypoint: {...last((spec, value) => ({...spec, entrypoint: jsonWords(value) ?? [value]})), keepsEmpty: true},
  Environment: pairs(environment),
  EnvironmentFile: words(environmentFileKey),
  WorkingDir: last(text('workingDirectory')),
  User: last(text('user')),
  Group: last((spec, group) =>
    spec.user === undefined
      ? new Fault('stands without User=', 'write User= beside it')
      : {...spec, user: `${spec.user}:${group}`},
  ),
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
  Label: pairs(entry('labels')),
  Annotation: pairs(entry('annotations')),
  StopSignal: last(text('stopSignal')),
  StopTimeout: last(parsed(seconds, (spec, stopSeconds) => ({...spec, stopSeconds}))),
  Timezone: last(timezoneKey),

  // Its network
  Network: each(networkKey),
  NetworkAlias: each(networkAlias),
  IP: last(network('ipv4')),
  IP6: last(network('ipv6')),
  PublishPort: each(parsed(parsePorts, (spec, ports) => ({...spec, ports: [...spec.ports, ...ports]}))),
  ExposeHostPort: each(parsed(parseExposed, (spec, ports) => ({...spec, exposedPorts: [...spec.exposedPorts, ...ports]}))),
  AddHost: each(extraHosts),
  DNS: each((spec, server) =>
    server === 'none' ? new Fault("'none' is Podman's", 'name a server') : append('dns')(spec, server, {}),
  ),
  DNSOption: each(append('dnsOptions')),
  DNSSearch: each(append('dnsSearch')),
  HttpProxy: {
    ...yesNo(spec => spec),
    remark: value =>
      parseBoolean(value) ? new Fault("passed over: Docker takes proxies from the engine's own settings") : undefined,
  },

  // Its files
  Volume: each(volumeKey),
  Mount: words(mountKey),
  Tmpfs: each(tmpfsKey),
  ReadOnly: yesNo((spec, readOnly) => ({...spec, readOnly})),
  ReadOnlyTmpfs: yesNo(spec => spec),
  VolatileTmp: yesNo((spec, yes) => (yes && !spec.readOnly ? tmpfsKey(spec, '/tmp:rw,size=512M,mode=1777', {}) : spec)),
  ImageVolume: last((spec, how) =>
    how === 'anonymous' || how === 'bind'
      ? spec
      : new Fault(`Docker always makes the volumes of an image (${how})`, 'write Tmpfs= for their paths'),
  ),
  AddDevice: plainWords(deviceKey),

  // Its limits
  Memory: last(resource('memoryBytes', size)),
  PidsLimit: last(resource('pidsLimit', integer)),
  ShmSize: last(resource('shmBytes', size)),
  Ulimit: each(ulimit),
  Sysctl: plainWords(entry('sysctls')),

  // Its log
  LogDriver: last((spec, driver, variables) =>
    ['k8s-file', 'passthrough', 'passthrough-tty'].includes(driver)
      ? new Fault(`'${driver}' is Podman's`, 'write json-file, local or journald')
      : logDriver(spec, driver, variables),
  ),
  LogOpt: plainWords(logOption),

  ...healthKeys,
  ...securityKeys,
  ...podmanKeys,
}

/** Podman's transports are of no use here, but for the one that means a registry. */
function image(spec: ContainerSpec, value: string): ContainerSpec | Fault {
  const transport = /^(oci-archive|docker-archive|docker-daemon|containers-storage|ostree|(?:dir|oci)(?=:[./])):/.exec(value)?.[1]
  if (transport !== undefined) {
    return new Fault(`'${transport}:' is Podman's`, "write the image's name in a registry")
  }
  const found = parseImage(value.replace(/^docker:\/\//, ''))
  return found instanceof Fault ? found : {...spec, image: found}
}

/** One NAME=value; `NAME` alone takes over the unit's own variable, `NAME*` all that begin so (podman-run(1), --env). */
function environment(spec: ContainerSpec, value: string, variables: Readonly<Record<string, string>>): ContainerSpec | Fault {
  const prefix = /^([^=]*)\*$/.exec(value)?.[1]
  if (prefix === undefined) return environmentEntry(spec, value, variables)
  const taken = Object.entries(variables).filter(([name]) => name.startsWith(prefix))
  return {...spec, environment: {...spec.environment, ...Object.fromEntries(taken)}}
}

/** `name:address`, or several names for one address: `a;b:10.0.0.2`. */
function extraHosts(spec: ContainerSpec, value: string): ReturnType<Translate> {
  const colon = value.indexOf(':')
  if (colon < 1) return new Fault(`'${value}' is no host with its address`, 'write name:10.0.0.2')
  const names = value.slice(0, colon).split(';')
  return {...spec, extraHosts: [...spec.extraHosts, ...names.map(name => name + value.slice(colon))]}
}
