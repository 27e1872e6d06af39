import type {ContainerSpec, Device, Mount, Port, Resources, Ulimit} from '../../unit/container/container-spec.ts'

/**
 * The HostConfig of POST /containers/create: what the container gets of its host. Docker never restarts it, since the
 * agent does; ports that name no address are published on `publishAddress`.
 */
export function hostConfig(spec: ContainerSpec, publishAddress: string | undefined): object {
  return {
    RestartPolicy: {Name: 'no'},
    Init: spec.init,
    GroupAdd: spec.groups,
    ...networking(spec, publishAddress),
    ...mounts(spec.mounts),
    VolumesFrom: spec.volumesFrom,
    Devices: spec.devices.map(device),
    ...resources(spec.resources),
    Ulimits: spec.ulimits.map(ulimit),
    Sysctls: spec.sysctls,
    ...isolation(spec),
    LogConfig: spec.log === undefined ? undefined : {Type: spec.log.driver, Config: spec.log.options},
  }
}

function networking(spec: ContainerSpec, publishAddress: string | undefined): object {
  return {
    NetworkMode: spec.network.mode,
    PortBindings: portBindings(spec.ports, publishAddress),
    PublishAllPorts: spec.publishAllPorts,
    Dns: spec.dns,
    DnsSearch: spec.dnsSearch,
    DnsOptions: spec.dnsOptions,
    ExtraHosts: spec.extraHosts,
    Links: spec.links,
  }
}

function portBindings(ports: readonly Port[], publishAddress: string | undefined): Readonly<Record<string, readonly object[]>> {
  const bindings: Record<string, object[]> = {}
  for (const port of ports) {
    const key = `${port.containerPort}/${port.protocol}`
    const binding = {
      HostIp: port.hostAddress ?? publishAddress ?? '',
      HostPort: port.hostPort === undefined ? '' : String(port.hostPort),
    }
    bindings[key] = [...(bindings[key] ?? []), binding]
  }
  return bindings
}

/** Binds rather than Mounts where both will do: like `docker run -v`, they make a host directory that is missing. */
function mounts(all: readonly Mount[]): object {
  const anonymous = all.filter(mount => mount.type === 'volume' && mount.source === undefined)
  const sourced = all.filter(mount => mount.type !== 'tmpfs' && mount.source !== undefined)
  const temporary = all.filter(mount => mount.type === 'tmpfs')
  return {
    Binds: sourced.map(mount => [mount.source, mount.target, ...joined(mountOptions(mount))].join(':')),
    Mounts: anonymous.map(mount => ({Type: 'volume', Target: mount.target, ReadOnly: mount.readOnly})),
    Tmpfs: Object.fromEntries(temporary.map(mount => [mount.target, mountOptions(mount).join(',')])),
  }
}

function mountOptions(mount: Mount): readonly string[] {
  return mount.readOnly && !mount.options.includes('ro') ? ['ro', ...mount.options] : mount.options
}

function joined(options: readonly string[]): readonly string[] {
  return options.length === 0 ? [] : [options.join(',')]
}

function device(device: Device): object {
  return {PathOnHost: device.host, PathInContainer: device.container, CgroupPermissions: device.permissions}
}

function resources(resources: Resources): object {
  return {
    Memory: resources.memoryBytes,
    MemoryReservation: resources.memoryReservationBytes,
    MemorySwap: resources.memorySwapBytes,
    MemorySwappiness: resources.memorySwappiness,
    NanoCpus: resources.cpus === undefined ? undefined : Math.round(resources.cpus * 1e9),
    CpuShares: resources.cpuShares,
    CpuPeriod: resources.cpuPeriodMicroseconds,
    CpuQuota: resources.cpuQuotaMicroseconds,
    CpusetCpus: resources.cpusetCpus,
    CpusetMems: resources.cpusetMems,
    BlkioWeight: resources.blockWeight,
    PidsLimit: resources.pidsLimit,
    ShmSize: resources.shmBytes,
    OomKillDisable: resources.oomKillDisable,
    OomScoreAdj: resources.oomScoreAdjust,
  }
}

/** Docker writes -1 for no limit. */
function ulimit({name, soft, hard}: Ulimit): object {
  const limit = (value: number) => (Number.isFinite(value) ? value : -1)
  return {Name: name, Soft: limit(soft), Hard: limit(hard)}
}

function isolation(spec: ContainerSpec): object {
  return {
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOptions,
    PidMode: spec.pidMode,
    IpcMode: spec.ipcMode,
    UTSMode: spec.utsMode,
    UsernsMode: spec.userNamespace,
    CgroupParent: spec.cgroupParent,
    Runtime: spec.runtime,
  }
}
