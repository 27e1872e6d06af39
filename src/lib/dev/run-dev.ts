import {type DevOptions, randomNetwork, startDevCluster} from './cluster.ts'
import {devGreeting} from './greeting.ts'
import {parseMachines} from './machines.ts'
import {runCommand} from './run-command.ts'

export interface DevSession extends Pick<DevOptions, 'dockerHost' | 'ctl' | 'openStore' | 'signal'> {
  /** As `a,role=web,zone=1`. */
  readonly machines: readonly string[]
  readonly driver: 'docker' | 'noop'
  /** How long a machine may be silent, as `4s`. */
  readonly ttl: string
  /** What to run on the cluster; empty: stay until the signal aborts. */
  readonly command: readonly string[]
}

/** Starts a cluster, runs the command on it or stays, and removes everything; the command's exit code, or 0. */
export async function runDev(session: DevSession): Promise<number> {
  const {dockerHost, signal, command, driver} = session
  const machines = parseMachines(session.machines, randomNetwork())
  const cluster = await startDevCluster({
    ...session,
    machines,
    agentArguments: ['--ttl', session.ttl, '--driver', driver],
    usesDocker: driver === 'docker',
    onMachineEnded: (machine, how) => process.stderr.write(`machine ${machine}: its agent ended (${how})\n`),
  })
  try {
    const environment = {
      CTL_ENDPOINTS: cluster.endpoint,
      CTL_DEV_DIR: cluster.directory,
      ...(cluster.apiSocket === undefined ? {} : {CTL_API_SOCKET: cluster.apiSocket}),
      ...(dockerHost === undefined ? {} : {DOCKER_HOST: dockerHost}),
    }
    if (command.length > 0) return await runCommand(command, environment, signal)
    await devGreeting({machines, environment, signal})
    return 0
  } finally {
    await cluster.remove()
  }
}
