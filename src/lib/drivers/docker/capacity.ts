import type {Capacity} from '../driver.ts'
import {at, listAt, numberAt, textAt} from './json.ts'

/** Reads the answer of GET /info. Docker gives GPUs to containers by NVIDIA's runtime, or by what CDI found. */
export function capacityFrom(info: unknown): Capacity {
  const dataDirectory = textAt(info, 'DockerRootDir')
  const discovered = listAt(info, 'DiscoveredDevices').map(device => textAt(device, 'ID') ?? '')
  return {
    cpus: numberAt(info, 'NCPU') ?? 0,
    memoryBytes: numberAt(info, 'MemTotal') ?? 0,
    ...(dataDirectory === undefined ? {} : {dataDirectory}),
    gpus: at(info, 'Runtimes', 'nvidia') !== undefined || discovered.some(id => id.startsWith('nvidia.com/gpu')),
  }
}
