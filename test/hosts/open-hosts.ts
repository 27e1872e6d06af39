import {randomBytes} from 'node:crypto'
import type {HostRecord} from './bed-record.ts'
import {bootHost, haltHost} from './boot-host.ts'
import {mustExecute, type Outcome} from './execute.ts'
import {within} from './keeper.ts'
import {bedDirectory} from './places.ts'
import {type Bed, raiseBed} from './raise-bed.ts'
import {sshTo, untilBooted} from './ready.ts'
import {removeBed} from './remove-bed.ts'
import {sshFiles} from './ssh-files.ts'

export interface HostsOptions {
  readonly count: number
  /** Members of etcd: 1 unless given. */
  readonly etcd?: number
  /** Whether each host runs the agent: it does unless said otherwise. */
  readonly agent?: boolean
  /** Settings of the agents: `{CTL_TTL: '3s'}`. */
  readonly agentEnvironment?: Readonly<Record<string, string>>
}

/** A host of a test: a machine with its own systemd, sshd, journal, Docker and address. */
export interface Host {
  /** `host1`, also its hostname and its name in the cluster. */
  readonly name: string
  readonly address: string
  /** Its id in the cluster. */
  readonly machineId: string
  /** Runs a shell command on it as root, for at most 60 s; code 255 when it cannot be reached. */
  ssh(command: string): Promise<Outcome>
  /** Cuts it off from the others, from etcd and from us; what runs on it runs on. */
  cut(): Promise<void>
  heal(): Promise<void>
  /** Switches it off as a cut of its power does, or a `systemctl poweroff` that has ended: its disk stays. */
  halt(): Promise<void>
  /** Switches it on again and resolves when it has booted. */
  boot(): Promise<void>
}

export interface Hosts {
  readonly hosts: readonly Host[]
  /** Of etcd, as CTL_ENDPOINTS takes them when joined by commas. */
  readonly endpoints: readonly string[]
  /** For `ssh -F`: knows the hosts by name, and their keys. */
  readonly sshConfig: string
  readonly knownHosts: string
  /** The secret key that root is logged in by. */
  readonly identity: string
  /** The bed's directory, its name and its link in this machine, all gone after `close`. */
  readonly bed: {readonly name: string; readonly directory: string; readonly link: string}
  close(): Promise<void>
}

/**
 * Raises hosts for a test, and resolves when all have booted and their agents are registered. They die with this process, however
 * it ends; what files they leave then, the next bed that is raised removes. Builds the image first where there is none.
 */
export async function openHosts(options: HostsOptions): Promise<Hosts> {
  const {signal} = new AbortController()
  const bed = await raiseBed({
    name: `test-${process.pid}-${randomBytes(3).toString('hex')}`,
    count: options.count,
    etcd: options.etcd ?? 1,
    agent: options.agent ?? true,
    agentEnvironment: options.agentEnvironment ?? {},
    kept: false,
    say: line => process.stderr.write(`hosts: ${line}\n`),
    signal,
  })
  const {name, link = '', hosts, endpoints} = bed.record
  const directory = bedDirectory(name)
  const files = sshFiles(directory)
  return {
    hosts: hosts.map(host => openHost(bed, host, signal)),
    endpoints,
    sshConfig: files.config,
    knownHosts: files.knownHosts,
    identity: files.identity,
    bed: {name, directory, link},
    close: async () => {
      await removeBed(name)
    },
  }
}

function openHost({record, keeper}: Bed, host: HostRecord, signal: AbortSignal): Host {
  const setLink = async (state: 'up' | 'down') => {
    await mustExecute(within(keeper, ['ip', 'link', 'set', host.name, state]))
  }
  return {
    ...host,
    ssh: command => sshTo(record, host.name, command),
    cut: () => setLink('down'),
    heal: () => setLink('up'),
    halt: () => haltHost(record, keeper, host),
    boot: async () => {
      await bootHost(record, keeper, host, signal)
      await untilBooted(record, host, signal)
    },
  }
}
