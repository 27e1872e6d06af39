import type {DriverContext} from '../agent/run-agent.ts'
import {openDockerDriver} from '../drivers/docker/driver.ts'
import type {Driver} from '../drivers/driver.ts'
import {MemoryDriver} from '../drivers/memory/memory-driver.ts'
import type {AgentChoices} from './agent-flags.ts'

/** Opens the driver that the agent's settings choose. */
export function openDriver({driver, dockerHost, namePrefix, publishAddress}: AgentChoices): (context: DriverContext) => Driver {
  if (driver === 'noop') return () => new MemoryDriver({now: Date.now, healthy: true})
  return ({cluster, machine}) =>
    openDockerDriver({
      cluster,
      machine,
      ...(dockerHost === undefined ? {} : {dockerHost}),
      ...(namePrefix === undefined ? {} : {namePrefix}),
      ...(publishAddress === undefined ? {} : {publishAddress}),
    })
}
