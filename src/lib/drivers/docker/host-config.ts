import type {
  ContainerSpec,
  Device,
  DeviceRate,
  DeviceRequest,
  Port,
  Resources,
  Ulimit,
} from '../../unit/container/container-spec.ts'
import {mounts} from './mounts.ts'

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
    VolumeDriver: spec.volumeDriver,
    StorageOpt: spec.storageOptions,
    Devices: spec.devices.map(device),
    DeviceRequests: spec.deviceRequests?.map(deviceRequest),
    DeviceCgroupRules: spec.deviceCgroupRules,
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
      HostPort: [port.hostPort, port.lastHostPort].filter(number => number !== undefined).join('-'),
    }
    bindings[key] = [...(bindings[key] ?? []), binding]
  }
  return bindings
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
    CpuRealtimePeriod: resources.cpuRealtimePeriodMicroseconds,
    CpuRealtimeRuntime: resources.cpuRealtimeRuntimeMicroseconds,
    KernelMemory: resources.kernelMemoryBytes,
    BlkioWeight: resources.blockWeight,
    BlkioWeightDevice: resources.blockWeightDevices?.map(({path, rate}) => ({Path: path, Weight: rate})),
    BlkioDeviceReadBps: resources.readBytesPerSecond?.map(throttle),
    BlkioDeviceWriteBps: resources.writeBytesPerSecond?.map(throttle),
    BlkioDeviceReadIOps: resources.readsPerSecond?.map(throttle),
    BlkioDeviceWriteIOps: resources.writesPerSecond?.map(throttle),
    PidsLimit: resources.pidsLimit,
    ShmSize: resources.shmBytes,
    OomKillDisable: resources.oomKillDisable,
    OomScoreAdj: resources.oomScoreAdjust,
  }
}

function throttle({path, rate}: DeviceRate): object {
  return {Path: path, Rate: rate}
}

function deviceRequest({driver, count, ids, capabilities, options}: DeviceRequest): object {
  return {Driver: driver, Count: count, DeviceIDs: ids.length === 0 ? null : ids, Capabilities: capabilities, Options: options}
}

/** Docker writes -1 for no limit. */
function ulimit({name, soft, hard}: Ulimit): object {
  const limit = (value: number) => (Number.isFinite(value) ? value : -1)
  return {Name: name, Soft: limit(soft), Hard: limit(hard)}
}

/** Docker's command line makes two empty lists of this option; its daemon does not know it. */
const unmasked = 'systempaths=unconfined'

function isolation(spec: ContainerSpec): object {
  return {
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOptions.filter(option => option !== unmasked),
    ...(spec.securityOptions.includes(unmasked) ? {MaskedPaths: [], ReadonlyPaths: []} : {}),
    PidMode: spec.pidMode,
    IpcMode: spec.ipcMode,
    UTSMode: spec.utsMode,
    UsernsMode: spec.userNamespace,
    CgroupnsMode: spec.cgroupNamespace,
    CgroupParent: spec.cgroupParent,
    Runtime: spec.runtime,
  }
}
