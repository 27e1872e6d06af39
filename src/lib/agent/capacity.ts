import {UsageError} from '../base/errors.ts'
import {Fault} from '../unit/fault.ts'
import {parseRequest, type SaidRequests} from '../unit/placement/requests.ts'

/** What a machine has to give to units. */
export interface MachineCapacity {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** By name: `{gpu: 2}`. */
  readonly devices: Readonly<Record<string, number>>
}

/** What the operator says of it; what is not said is as it was measured. */
export interface CapacityWish {
  /** In place of what was measured. */
  readonly capacity: SaidRequests
  /** What units never get. */
  readonly reserve: SaidRequests
}

/** `cpu=4,memory=8G,disk=100G,gpu=2`, the words of Requests=. Throws UsageError that names the setting. */
export function parseCapacity(setting: string, text: string): SaidRequests {
  let said: SaidRequests = {}
  for (const part of text.split(/[\s,]+/).filter(word => word !== '')) {
    const read = parseRequest(part)
    if (read instanceof Fault)
      throw new UsageError(`--${setting}: ${JSON.stringify(part)} cannot be read`, {
        hint: `write --${setting} cpu=4,memory=8G,disk=100G,gpu=2`,
      })
    said = {...said, ...read, ...(read.devices === undefined ? {} : {devices: {...said.devices, ...read.devices}})}
  }
  return said
}

/**
 * What the machine announces: what was measured, but for what the operator says, less the reserve. Unless told otherwise
 * 5 % of the memory (at most 512 MiB) and 5 % of the disk are kept back of what was measured; what the operator says it has
 * is given as it is. Never below zero.
 */
export function announcedCapacity(measured: MachineCapacity, {capacity, reserve}: CapacityWish): MachineCapacity {
  const rest = (has: number, said: number | undefined, back: number | undefined, usual: number) =>
    Math.max(0, (said ?? has) - (back ?? (said === undefined ? usual : 0)))
  const devices = {...measured.devices, ...capacity.devices}
  return {
    cpus: rest(measured.cpus, capacity.cpus, reserve.cpus, 0),
    memoryBytes: rest(measured.memoryBytes, capacity.memoryBytes, reserve.memoryBytes, usualMemory(measured.memoryBytes)),
    diskBytes: rest(measured.diskBytes, capacity.diskBytes, reserve.diskBytes, Math.ceil(measured.diskBytes * usualShare)),
    devices: Object.fromEntries(
      Object.entries(devices).flatMap(([name, count]) => {
        const left = rest(count, undefined, reserve.devices?.[name], 0)
        return left === 0 ? [] : [[name, left]]
      }),
    ),
  }
}

const usualShare = 0.05
const mostUsualMemory = 512 * 1024 ** 2

function usualMemory(bytes: number): number {
  return Math.min(mostUsualMemory, Math.ceil(bytes * usualShare))
}
