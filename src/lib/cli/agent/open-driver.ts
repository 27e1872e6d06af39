import type {DriverContext} from '../../agent/run-agent.ts'
import {openDockerDriver} from '../../drivers/docker/driver.ts'
import type {Driver} from '../../drivers/driver.ts'
import {MemoryDriver} from '../../drivers/memory/memory-driver.ts'
import {severalDrivers} from '../../drivers/several-drivers.ts'
import {hasSystemd, openSystemdDriver} from '../../drivers/systemd/driver.ts'
import type {AgentChoices} from './agent-flags.ts'

/** Opens the drivers that the agent's settings choose, as one: Docker, and systemd where it runs the machine, unless told. */
export async function driverOpener(choices: AgentChoices): Promise<(context: DriverContext) => Driver> {
  const {drivers, dockerHost, namePrefix, publishAddress} = choices
  const automatic = ['docker' as const, ...((await hasSystemd()) ? ['systemd' as const] : [])]
  const [first = 'docker', ...others] = drivers === 'automatic' ? automatic : drivers
  return context => {
    const open = {
      docker: () =>
        openDockerDriver({
          ...context,
          ...(dockerHost === undefined ? {} : {dockerHost}),
          ...(namePrefix === undefined ? {} : {namePrefix}),
          ...(publishAddress === undefined ? {} : {publishAddress}),
        }),
      systemd: () => openSystemdDriver(context),
      noop: () => new MemoryDriver({now: Date.now, healthy: true, kinds: ['docker', 'systemd']}),
    }
    return severalDrivers([open[first](), ...others.map(kind => open[kind]())])
  }
}
