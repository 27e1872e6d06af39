import {networkInterfaces} from 'node:os'
import type {Machine} from '../../cluster/model.ts'
import type {Host} from '../../hosts/host.ts'
import type {SshOptions} from '../../hosts/ssh/open-ssh.ts'
import {type SshFlags, sshTimeout} from './flags.ts'
import {terminalAsk} from './terminal-ask.ts'

/** What has to be known of a machine to reach it. */
export type Reachable = Pick<Machine, 'id' | 'name' | 'address'> & Partial<Pick<Machine, 'hostname'>>

/**
 * Reaches a machine: this host itself where the machine's address is one of its own, else by ssh. With --tunnel everything goes
 * through that host, and nothing is this host. Throws UnreachableError that says what to do next. Without `asks` nobody is asked
 * anything: what takes an answer is not reached.
 */
export async function reachMachine(
  machine: Reachable,
  flags: SshFlags,
  signal: AbortSignal,
  {asks = true}: {readonly asks?: boolean} = {},
): Promise<Host> {
  if (!flags.tunnel && isOwnAddress(machine.address)) {
    const {localHost} = await import('../../hosts/local-host.ts')
    return localHost()
  }
  const options = sshOptions(flags, signal, asks)
  const through = flags.tunnel ? await openTunnel(flags.tunnel, flags, options) : undefined
  try {
    const {openSsh} = await import('../../hosts/ssh/open-ssh.ts')
    const others = [machine.hostname, machine.address].filter(name => name !== undefined)
    const host = await openSsh(
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
    return through === undefined ? host : closingBoth(host, through)
  } catch (error) {
    through?.close()
    throw error
  }
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

function closingBoth(host: Host, through: Host): Host {
  const {name, lost} = host
  return {
    name,
    lost,
    run: (words, options) => host.run(words, options),
    shell: (command, options) => host.shell(command, options),
    openSocket: (path, signal) => host.openSocket(path, signal),
    openTcp: (address, port, signal) => host.openTcp(address, port, signal),
    close: () => {
      host.close()
      through.close()
    },
  }
}
