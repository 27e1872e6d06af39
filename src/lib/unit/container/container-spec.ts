/**
 * What a container is to be, in our words: the one meeting point of Quadlet's `[Container]`, translated `docker run`
 * lines and the drivers. A driver turns it into its engine's request; nothing here knows an engine.
 */
export interface ContainerSpec {
  readonly image: string
  /** `linux/arm64`; absent: the machine's own. */
  readonly platform?: string
  /** A name the unit insists on (`--name`, `ContainerName=`); otherwise the driver derives one from unit and machine. */
  readonly name?: string
  readonly entrypoint?: readonly string[]
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Variables that the container is not to have, though its image brings them. */
  readonly unsetVariables?: readonly string[]
  /** Files read on the machine when the container is created. */
  readonly environmentFiles: readonly EnvironmentFile[]
  readonly hostname?: string
  readonly domainname?: string
  readonly user?: string
  readonly groups: readonly string[]
  readonly workingDirectory?: string
  readonly terminal: boolean
  readonly openStdin: boolean
  readonly init?: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Files of `key=value` lines read on the machine when the container is created; what `labels` says outranks them. */
  readonly labelFiles?: readonly string[]
  readonly annotations: Readonly<Record<string, string>>

  readonly network: Network
  /** Joined beside `network`; all of them networks that someone made. */
  readonly furtherNetworks?: readonly Network[]
  readonly ports: readonly Port[]
  /** Container ports made known without being published: `80/tcp`. */
  readonly exposedPorts: readonly string[]
  readonly publishAllPorts: boolean
  readonly dns: readonly string[]
  readonly dnsSearch: readonly string[]
  readonly dnsOptions: readonly string[]
  /** `name:address` lines for /etc/hosts. */
  readonly extraHosts: readonly string[]
  /** `container:alias`. */
  readonly links: readonly string[]

  readonly mounts: readonly Mount[]
  readonly volumesFrom: readonly string[]
  /** Makes the volumes of `mounts` that are not there and name no driver of their own. */
  readonly volumeDriver?: string
  readonly storageOptions?: Readonly<Record<string, string>>
  readonly devices: readonly Device[]
  /** Devices chosen by the engine, GPUs above all. */
  readonly deviceRequests?: readonly DeviceRequest[]
  /** `c 42:* rmw`: what the container may do with devices, as the kernel's device cgroup writes it. */
  readonly deviceCgroupRules?: readonly string[]

  readonly resources: Resources
  readonly ulimits: readonly Ulimit[]
  readonly sysctls: Readonly<Record<string, string>>

  readonly privileged: boolean
  readonly readOnly: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly securityOptions: readonly string[]
  /** A seccomp profile, read on the machine when the container is created. */
  readonly seccompFile?: string
  readonly pidMode?: string
  readonly ipcMode?: string
  readonly utsMode?: string
  readonly userNamespace?: string
  readonly cgroupNamespace?: 'host' | 'private'
  readonly cgroupParent?: string
  readonly runtime?: string

  readonly log?: {readonly driver: string; readonly options: Readonly<Record<string, string>>}
  readonly health?: HealthCheck
  /** What the agent does once the health check says unhealthy: ends it, whose restart policy then holds, or starts it anew. */
  readonly onUnhealthy?: 'kill' | 'stop' | 'restart'
  readonly stopSignal?: string
  /** Seconds between the stop signal and the kill, when the container's own line says so. */
  readonly stopSeconds?: number
  readonly pull: PullPolicy
  /** Active only once the health check says healthy (Quadlet's `Notify=healthy`). */
  readonly activeWhenHealthy: boolean
}

export type PullPolicy = 'missing' | 'always' | 'never'

export interface EnvironmentFile {
  readonly path: string
  /** A missing file is passed over (`EnvironmentFile=-/path`). */
  readonly optional: boolean
  /**
   * `docker`: quotes mean themselves, a bare name takes its value from `inherited` (docker-run(1), --env-file). Absent:
   * systemd's (systemd.exec(5), EnvironmentFile=).
   */
  readonly syntax?: 'docker'
  /** The variables of the unit's own process. */
  readonly inherited?: Readonly<Record<string, string>>
}

export interface Network {
  /** `bridge`, `host`, `none`, `container:<name>` or a network's name. */
  readonly mode: string
  readonly aliases: readonly string[]
  readonly ipv4?: string
  readonly ipv6?: string
  readonly macAddress?: string
  readonly linkLocalAddresses?: readonly string[]
  readonly driverOptions?: Readonly<Record<string, string>>
}

export interface Port {
  readonly hostAddress?: string
  /** Absent: any free port of the machine. */
  readonly hostPort?: number
  /** Any free port of the machine from `hostPort` to this one. */
  readonly lastHostPort?: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
}

export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** A path for bind, a volume's name for volume (absent: anonymous). */
  readonly source?: string
  readonly target: string
  readonly readOnly: boolean
  /** Options as the engine spells them: `z`, `rshared`, `size=64m`. */
  readonly options: readonly string[]
  /** Present for `--mount`: the engine makes nothing for it on the machine, and a missing source is an error. */
  readonly long?: LongMount
}

/** What `--mount` can say beyond source, target and readonly. */
export interface LongMount {
  readonly consistency?: string
  readonly propagation?: string
  readonly nonRecursive?: boolean
  readonly noCopy?: boolean
  /** For the volume, if it is made. */
  readonly labels?: Readonly<Record<string, string>>
  readonly driver?: string
  readonly driverOptions?: Readonly<Record<string, string>>
  readonly sizeBytes?: number
  /** Permissions of a tmpfs, `0o1777`. */
  readonly mode?: number
}

export interface DeviceRequest {
  readonly driver: string
  /** -1 for all there are; 0 beside ids. */
  readonly count: number
  readonly ids: readonly string[]
  /** Any of the lists, all of its words. */
  readonly capabilities: readonly (readonly string[])[]
  readonly options: Readonly<Record<string, string>>
}

export interface Device {
  readonly host: string
  readonly container: string
  /** Any of `rwm`. */
  readonly permissions: string
  /** Left out where the machine lacks it. */
  readonly optional?: boolean
}

export interface Resources {
  readonly memoryBytes?: number
  readonly memoryReservationBytes?: number
  /** Memory plus swap; -1 for unlimited swap. */
  readonly memorySwapBytes?: number
  readonly memorySwappiness?: number
  /** CPUs, as in 1.5. */
  readonly cpus?: number
  readonly cpuShares?: number
  readonly cpuPeriodMicroseconds?: number
  readonly cpuQuotaMicroseconds?: number
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly cpuRealtimePeriodMicroseconds?: number
  readonly cpuRealtimeRuntimeMicroseconds?: number
  readonly blockWeight?: number
  readonly blockWeightDevices?: readonly DeviceRate[]
  readonly readBytesPerSecond?: readonly DeviceRate[]
  readonly writeBytesPerSecond?: readonly DeviceRate[]
  readonly readsPerSecond?: readonly DeviceRate[]
  readonly writesPerSecond?: readonly DeviceRate[]
  readonly kernelMemoryBytes?: number
  readonly pidsLimit?: number
  readonly shmBytes?: number
  readonly oomKillDisable?: boolean
  readonly oomScoreAdjust?: number
}

export interface DeviceRate {
  /** Of the machine: `/dev/sda`. */
  readonly path: string
  readonly rate: number
}

export interface Ulimit {
  readonly name: string
  readonly soft: number
  readonly hard: number
}

export interface HealthCheck {
  /** As the engine wants it: `['CMD-SHELL', 'curl …']`, `['CMD', …]` or `['NONE']`. */
  readonly test: readonly string[]
  readonly intervalSeconds?: number
  readonly timeoutSeconds?: number
  readonly startPeriodSeconds?: number
  readonly retries?: number
}

/** A container of `image` and nothing else said: what the translators start from. */
export function plainContainer(image: string): ContainerSpec {
  return {
    image,
    command: [],
    environment: {},
    environmentFiles: [],
    groups: [],
    terminal: false,
    openStdin: false,
    labels: {},
    annotations: {},
    network: {mode: 'bridge', aliases: []},
    ports: [],
    exposedPorts: [],
    publishAllPorts: false,
    dns: [],
    dnsSearch: [],
    dnsOptions: [],
    extraHosts: [],
    links: [],
    mounts: [],
    volumesFrom: [],
    devices: [],
    resources: {},
    ulimits: [],
    sysctls: {},
    privileged: false,
    readOnly: false,
    capAdd: [],
    capDrop: [],
    securityOptions: [],
    pull: 'missing',
    activeWhenHealthy: false,
  }
}
