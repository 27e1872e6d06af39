import type {ContainerSpec} from './container/container-spec.ts'
import type {Choices} from './placement/choices.ts'
import type {Condition} from './placement/condition.ts'
import type {Requests} from './placement/requests.ts'

/** A unit file understood: what the scheduler, the agent and the drivers need of it, with no option name left inside. */
export interface Unit {
  /** `web@3.service`. */
  readonly name: string
  readonly description?: string
  readonly driver: DriverName
  readonly placement: Placement
  /** What it takes of its machine. */
  readonly requests: Requests
  readonly service: Service
  readonly dependencies: Dependencies
  /** Present exactly when `driver` is `docker`. */
  readonly container?: ContainerSpec
  /** Present exactly when `driver` is `systemd`: the unit file, as the host's systemd is to read it. */
  readonly definition?: string
}

export type DriverName = 'docker' | 'systemd'

/** `[X-Fleet]`, with fleet's meaning, and our own words beside. */
export interface Placement extends Choices {
  /** Must run on the machine with this id or 8-character short id. */
  readonly machineId?: string
  /** Units that must be on the same machine, all of them. */
  readonly machineOf: readonly string[]
  /** For each key one of the values. */
  readonly metadata: Readonly<Record<string, readonly string[]>>
  /** What else is asked of the metadata: all of it. */
  readonly conditions?: readonly Condition[]
  /** Globs of units never on the same machine, either side's word being enough. */
  readonly conflicts: readonly string[]
  /** Globs of units that make way when this one lands on their machine. */
  readonly replaces: readonly string[]
  /** On every machine that passes metadata and conflicts. */
  readonly global: boolean
  /** What happens when the machine loses the cluster: the unit runs on, or stops before it can be placed elsewhere. */
  readonly onDisconnect: 'keep' | 'stop'
}

/** What a unit asks of others on its machine, by their whole names (systemd.unit(5)). */
export interface Dependencies {
  /** Units whose end is its end too. */
  readonly bindsTo: readonly string[]
  /** Units that must have been started before it. */
  readonly requires: readonly string[]
}

export type RestartPolicy = 'no' | 'always' | 'on-success' | 'on-failure' | 'on-abnormal' | 'on-abort' | 'on-watchdog'

/** The words of `[Service]` that an agent obeys itself, with the defaults of systemd.service(5). */
export interface Service {
  readonly type: 'simple' | 'exec' | 'forking' | 'oneshot' | 'dbus' | 'notify' | 'notify-reload' | 'idle'
  readonly remainAfterExit: boolean
  readonly restart: RestartPolicy
  readonly restartSeconds: number
  /** Starts allowed within the interval; 0 or an interval of 0 for no limit. */
  readonly startLimitBurst: number
  readonly startLimitIntervalSeconds: number
  /** Only when the unit says so; Infinity for none. */
  readonly timeoutStartSeconds?: number
  /** Only when the unit says so; Infinity for none. */
  readonly timeoutStopSeconds?: number
  /** Exit codes that count as success beside 0. */
  readonly successExitCodes: readonly number[]
}

/** Something wrong in a unit file, with its place and what to write instead. */
export interface Problem {
  /** A note is worth knowing and nothing to change. */
  readonly severity: 'error' | 'warning' | 'note'
  /** From 1; 0 where the whole file is meant. */
  readonly line: number
  readonly column?: number
  /** `[Section] Key`, where one is meant. */
  readonly key?: string
  readonly message: string
  /** What to write instead. */
  readonly remedy?: string
}

/** What a unit may learn of the machine it runs on: specifiers and variables. */
export interface Host {
  readonly hostname: string
  readonly machineId: string
  readonly bootId: string
  readonly kernel: string
  readonly architecture: string
  /** `PRETTY_HOSTNAME=` of machine-info(5), if it has one. */
  readonly prettyHostname?: string
  /** The fields of os-release(5): ID, VERSION_ID, …. */
  readonly osRelease?: Readonly<Record<string, string>>
  /** Variables of EnvironmentFile= and Environment=, for `$VAR` and `${VAR}` in Exec lines. */
  readonly environment: Readonly<Record<string, string>>
}
