import {Flags} from '@oclif/core'
import {parseCapacity} from '../../agent/capacity.ts'
import {type AgentSettings, type OnExit, onExits, type SettingsFile} from '../../agent/settings.ts'
import {UsageError} from '../../base/errors.ts'
import type {LogLevel} from '../../base/log.ts'
import {parseMetadata} from '../../cluster/metadata.ts'
import {type ApiSettings, apiFlags, chooseApi} from './api-flags.ts'
import {oneOf, secondsOf, yesOrNo} from './setting-values.ts'

/** The agent's flags; each may also stand in its file under the same name, or in the environment as CTL_NAME. */
export const agentFlags = {
  'machine-id': Flags.string({summary: 'id of this machine (default: /etc/machine-id)', env: 'CTL_MACHINE_ID'}),
  name: Flags.string({summary: 'name to show instead of the id', env: 'CTL_NAME'}),
  metadata: Flags.string({summary: 'what units can ask for: role=web,zone=1', env: 'CTL_METADATA'}),
  address: Flags.string({summary: 'address at which others reach this machine (default: its first one)', env: 'CTL_ADDRESS'}),
  'state-dir': Flags.string({summary: 'where the record of decisions is kept (default: /var/lib/meissa)', env: 'CTL_STATE_DIR'}),
  ttl: Flags.string({summary: 'how long the machine may be silent before it counts as lost (default: 10s)', env: 'CTL_TTL'}),
  'on-exit': Flags.string({
    summary: 'what becomes of the units when the agent ends: keep, drain or leave (default: keep)',
    description: 'keep: they run on, and a new agent takes them over. drain: they are placed elsewhere first. leave: they stop.',
    env: 'CTL_ON_EXIT',
  }),
  'drain-timeout': Flags.string({summary: 'most time that drain and leave take (default: 2min)', env: 'CTL_DRAIN_TIMEOUT'}),
  capacity: Flags.string({
    summary: 'what units may take of this machine, as cpu=4,memory=8G,disk=100G,gpu=2 (default: what it has)',
    description: 'What is not named is what the machine has, less the reserve.',
    env: 'CTL_CAPACITY',
  }),
  reserve: Flags.string({
    summary: 'what units never get (default: 5 % of the memory, at most 512M, and 5 % of the disk)',
    helpValue: 'cpu=0.5,memory=512M',
    env: 'CTL_RESERVE',
  }),
  engine: Flags.string({summary: 'whether this machine may lead the cluster: yes or no (default: yes)', env: 'CTL_ENGINE'}),
  'docker-host': Flags.string({summary: 'Docker to use (default: unix:///var/run/docker.sock)', env: 'DOCKER_HOST'}),
  driver: Flags.string({
    summary: 'what runs units here: docker, systemd or docker,systemd (default: docker, and systemd where it runs the machine)',
    description: 'noop, for rehearsals: runs nothing and says it did.',
    env: 'CTL_DRIVER',
  }),
  'environment-file': Flags.string({
    summary: "file of the machine's variables to complete for units, or none (default: /etc/environment)",
    description: 'COREOS_PUBLIC_IPV4 and COREOS_PRIVATE_IPV4 are added where they are missing; what is there stays as it is.',
    env: 'CTL_ENVIRONMENT_FILE',
  }),
  'name-prefix': Flags.string({summary: 'what the names of containers begin with', env: 'CTL_NAME_PREFIX', hidden: true}),
  'publish-address': Flags.string({
    summary: 'address for published ports that name none',
    env: 'CTL_PUBLISH_ADDRESS',
    hidden: true,
  }),
  ...apiFlags,
  'log-level': Flags.string({summary: 'debug, info, warning or error (default: info)', env: 'CTL_LOG_LEVEL'}),
}

export const settingNames = Object.keys(agentFlags)

export type AgentFlagValues = Readonly<Partial<Record<keyof typeof agentFlags, string | undefined>>>

const agentDrivers = ['docker', 'systemd', 'noop'] as const
type AgentDriver = (typeof agentDrivers)[number]

export interface AgentChoices {
  readonly settings: AgentSettings
  readonly dockerHost: string | undefined
  readonly drivers: readonly AgentDriver[] | 'automatic'
  readonly namePrefix: string | undefined
  readonly publishAddress: string | undefined
  readonly api: ApiSettings
  readonly logLevel: LogLevel
}

/** Flags before the file, the file before the defaults. Throws UsageError that names the setting and what it may be. */
export function chooseSettings(flags: AgentFlagValues, file: SettingsFile): AgentChoices {
  const value = (name: keyof typeof agentFlags): string | undefined => flags[name] || file[name] || undefined
  const ttlSeconds = secondsOf('ttl', value('ttl') ?? '10s')
  if (ttlSeconds < 2 || !Number.isFinite(ttlSeconds))
    throw new UsageError('--ttl: at least 2s', {hint: 'etcd grants no shorter lease'})
  const machineId = value('machine-id')
  if (machineId !== undefined && !/^[A-Za-z0-9_.-]{1,64}$/.test(machineId)) {
    throw new UsageError(`--machine-id: ${JSON.stringify(machineId)} cannot be an id`, {
      hint: 'write 1 to 64 letters, digits and _ . -',
    })
  }
  return {
    settings: {
      machineId,
      name: value('name'),
      metadata: parseMetadata(value('metadata') ?? ''),
      address: value('address'),
      stateDirectory: value('state-dir') ?? '/var/lib/meissa',
      ttlSeconds,
      onExit: oneOf<OnExit>('on-exit', value('on-exit') ?? 'keep', onExits),
      drainSeconds: secondsOf('drain-timeout', value('drain-timeout') ?? '2min'),
      environmentFile: environmentFileOf(value('environment-file')),
      offer: {
        capacity: parseCapacity('capacity', value('capacity') ?? ''),
        reserve: parseCapacity('reserve', value('reserve') ?? ''),
      },
      engine: yesOrNo('engine', value('engine') ?? 'yes'),
    },
    dockerHost: value('docker-host'),
    drivers: driversOf(value('driver')),
    namePrefix: value('name-prefix'),
    publishAddress: value('publish-address'),
    api: chooseApi(value),
    logLevel: oneOf<LogLevel>('log-level', value('log-level') ?? 'info', ['debug', 'info', 'warning', 'error']),
  }
}

function driversOf(text: string | undefined): AgentChoices['drivers'] {
  if (text === undefined || text === 'auto') return 'automatic'
  const drivers = text.split(',').map(word => oneOf('driver', word.trim(), agentDrivers))
  if (drivers.length > 1 && drivers.includes('noop')) throw new UsageError('--driver: noop stands alone')
  return [...new Set(drivers)]
}

function environmentFileOf(text = '/etc/environment'): string | undefined {
  if (text === 'none') return undefined
  if (!text.startsWith('/')) throw new UsageError(`--environment-file: ${JSON.stringify(text)} is no absolute path, nor none`)
  return text
}
