import {Flags} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'

/** How machines are reached by ssh: fleetctl's flags, `CTL_*`, then `FLEETCTL_*` from the environment, then ssh_config. */
export const sshFlags = {
  tunnel: Flags.string({
    summary: 'reach etcd and all machines through this host, by ssh',
    helpValue: '[USER@]HOST[:PORT]',
    helpGroup: 'SSH',
    env: 'CTL_TUNNEL',
    ...fromFleet('TUNNEL'),
  }),
  'ssh-username': Flags.string({
    summary: 'who to log in as (default: ssh_config, then the user here)',
    helpValue: 'NAME',
    helpGroup: 'SSH',
    env: 'CTL_SSH_USERNAME',
    ...fromFleet('SSH_USERNAME'),
  }),
  'ssh-port': Flags.integer({
    summary: 'port of the machines’ sshd (default: ssh_config, then 22)',
    helpGroup: 'SSH',
    min: 1,
    max: 65_535,
  }),
  'ssh-timeout': Flags.string({
    summary: 'how long to wait for a connection: 10, 30s (default: ssh_config, then 10s)',
    helpValue: 'TIME',
    helpGroup: 'SSH',
    env: 'CTL_SSH_TIMEOUT',
    ...fromFleet('SSH_TIMEOUT'),
  }),
  'strict-host-key-checking': Flags.boolean({
    summary: 'ask about hosts that are not known; --no- makes them known unasked',
    helpGroup: 'SSH',
    allowNo: true,
  }),
  'known-hosts-file': Flags.string({
    summary: 'file with the keys of known hosts, in place of ~/.ssh/known_hosts',
    helpValue: 'FILE',
    helpGroup: 'SSH',
    env: 'CTL_KNOWN_HOSTS_FILE',
    ...fromFleet('KNOWN_HOSTS_FILE'),
  }),
  'ssh-config': Flags.string({
    summary: 'config file of ssh, in place of ~/.ssh/config; none for none',
    helpValue: 'FILE',
    helpGroup: 'SSH',
    env: 'CTL_SSH_CONFIG',
  }),
  identity: Flags.string({
    char: 'i',
    summary: 'secret key to log in with, before all others',
    helpValue: 'FILE',
    helpGroup: 'SSH',
    env: 'CTL_IDENTITY',
  }),
}

/** As the parser yields them. */
export interface SshFlags {
  readonly tunnel?: string | undefined
  readonly 'ssh-username'?: string | undefined
  readonly 'ssh-port'?: number | undefined
  readonly 'ssh-timeout'?: string | undefined
  readonly 'strict-host-key-checking'?: boolean | undefined
  readonly 'known-hosts-file'?: string | undefined
  readonly 'ssh-config'?: string | undefined
  readonly identity?: string | undefined
}

/** The seconds of --ssh-timeout; undefined when it is not given. Throws UsageError for what is no time. */
export function sshTimeout(flags: SshFlags): number | undefined {
  const text = flags['ssh-timeout']
  if (text === undefined) return undefined
  const seconds = parseTimeSpan(text)
  if (seconds !== undefined && seconds > 0) return seconds
  throw new UsageError(`--ssh-timeout: ${JSON.stringify(text)} is no time`, {hint: 'write it as 10 or 30s'})
}

function fromFleet(name: string) {
  return {default: async () => process.env[`FLEETCTL_${name}`] || undefined, noCacheDefault: true}
}
