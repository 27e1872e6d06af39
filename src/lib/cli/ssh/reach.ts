import {networkInterfaces} from 'node:os'
import type {Machine} from '../../cluster/model.ts'
import type {Host} from '../../hosts/host.ts'
import type {SshOptions} from '../../hosts/ssh/open-ssh.ts'
import {type SshFlags, sshTimeout} from './flags.ts'
import {SharedHost} from './shared-host.ts'
import {terminalAsk} from './terminal-ask.ts'

/** What has to be known of a machine to reach it. */
export type Reachable = Pick<Machine, 'id' | 'name' | 'address'> & Partial<Pick<Machine, 'hostname'>>

/** Reaches a machine. Throws UnreachableError that says what to do next. */
export type ReachMachine = (machine: Reachable, signal: AbortSignal) => Promise<Host>

/**
 * How machines are reached: this host itself where the machine's address is one of its own, else by ssh. With --tunnel everything
 * goes through one connection to that host, and nothing is this host. Without `asks` nobody is asked anything: what takes an answer
 * is not reached.
 */
export function machineReach(flags: SshFlags, {asks = true}: {readonly asks?: boolean} = {}): ReachMachine {
  const {tunnel} = flags
  if (!tunnel) return (machine, signal) => reachFromHere(machine, flags, sshOptions(flags, signal, asks))
  const shared = new SharedHost(signal => openTunnel(tunnel, flags, sshOptions(flags, signal, asks)))
  return (machine, signal) =>
    shared.through(through => openMachine(machine, flags, sshOptions(flags, signal, asks), through), signal)
}

async function reachFromHere(machine: Reachable, flags: SshFlags, options: SshOptions): Promise<Host> {
  if (!isOwnAddress(machine.address)) return openMachine(machine, flags, options)
  const {localHost} = await import('../../hosts/local-host.ts')
  return localHost()
}

async function openMachine(machine: Reachable, flags: SshFlags, options: SshOptions, through?: Host): Promise<Host> {
  const {openSsh} = await import('../../hosts/ssh/open-ssh.ts')
  const others = [machine.hostname, machine.address].filter(name => name !== undefined)
  return openSsh(
    {
      names: [machine.name ?? machine.hostname ?? machine.address, ...others],
      address: machine.address,
      user: flags['ssh-username'],
      port: flags['ssh-port'],
      identity: flags.identity,
      through,
    },
    options,
  )
}

/** Reaches the host of --tunnel. */
export async function openTunnel(tunnel: string, flags: SshFlags, options: SshOptions): Promise<Host> {
  const [{openSsh}, {parseJump}] = await Promise.all([
    import('../../hosts/ssh/open-ssh.ts'),
    import('../../hosts/ssh/settings.ts'),
  ])
  const {host, user, port} = parseJump(tunnel)
  const target = {user: user ?? flags['ssh-username'], port, identity: flags.identity}
  return openSsh({names: [host], ...target}, options)
}

/** How hosts are met, as the flags have it; unless it `asks`, what takes an answer is refused. */
export function sshOptions(flags: SshFlags, signal: AbortSignal, asks = true): SshOptions {
  return {
    configFile: flags['ssh-config'],
    timeoutSeconds: sshTimeout(flags),
    strictHostKeyChecking: flags['strict-host-key-checking'],
    knownHostsFile: flags['known-hosts-file'],
    ask: asks ? terminalAsk() : undefined,
    say: line => process.stderr.write(`${line}\n`),
    signal,
  }
}

function isOwnAddress(address: string): boolean {
  if (/^127\.|^::1$/.test(address)) return true
  return Object.values(networkInterfaces()).some(each => each?.some(own => own.address === address))
}
