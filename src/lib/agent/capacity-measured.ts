import {readdir, statfs} from 'node:fs/promises'
import type {Capacity} from '../drivers/driver.ts'
import type {MachineCapacity} from './capacity.ts'

/** What the machine has: as its driver says, and for the rest as this host does. */
export async function measuredCapacity(driver: Capacity, stateDirectory: string): Promise<MachineCapacity> {
  const {cpus, memoryBytes, diskBytes, dataDirectory = stateDirectory, gpus = false} = driver
  const devices = gpus ? await gpuDevices() : 0
  return {
    cpus,
    memoryBytes,
    diskBytes: diskBytes ?? (await fileSystemBytes(dataDirectory)) ?? (await fileSystemBytes(stateDirectory)) ?? 0,
    devices: devices === 0 ? {} : {gpu: devices},
  }
}

/** Used and free, as df(1) counts: without what only root may fill. Undefined for a directory that is not on this host. */
async function fileSystemBytes(directory: string): Promise<number | undefined> {
  try {
    const {bsize, blocks, bfree, bavail} = await statfs(directory)
    return (blocks - bfree + bavail) * bsize
  } catch {
    return undefined
  }
}

/** NVIDIA's driver makes one file for each GPU. */
async function gpuDevices(): Promise<number> {
  const names = await readdir('/dev').catch(() => [])
  return names.filter(name => /^nvidia\d+$/.test(name)).length
}
