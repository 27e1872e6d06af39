import {access} from 'node:fs/promises'
import type {Device} from '../../unit/container/container-spec.ts'

/** The devices that a container is to have here: an optional one only where this machine has it. */
export async function presentDevices(devices: readonly Device[]): Promise<readonly Device[]> {
  const present = await Promise.all(devices.map(async device => device.optional !== true || (await exists(device.host))))
  return devices.filter((_, index) => present[index])
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
