import type {HostPort, Requests} from '../unit/placement/requests.ts'
import type {Objection} from './objection.ts'

/** What a machine has to give away; what is not named it has none of. */
export interface Capacity {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** By name: `{gpu: 2}`. */
  readonly devices: Readonly<Record<string, number>>
}

/** What is left of a machine's capacity while its room fills, and who holds its ports. */
export class Stock {
  private readonly capacity: Capacity | undefined
  private cpus = 0
  private memoryBytes = 0
  private diskBytes = 0
  private readonly devices = new Map<string, number>()
  private readonly ports = new Map<string, string[]>()

  /** Without a capacity there is no end to it. */
  constructor(capacity: Capacity | undefined) {
    this.capacity = capacity
  }

  take(unit: string, {cpus, memoryBytes, diskBytes, devices, ports}: Requests): void {
    this.cpus += cpus
    this.memoryBytes += memoryBytes
    this.diskBytes += diskBytes
    for (const name in devices) this.devices.set(name, (this.devices.get(name) ?? 0) + (devices[name] ?? 0))
    for (const port of ports) {
      const holders = this.ports.get(portKey(port))
      if (holders === undefined) this.ports.set(portKey(port), [unit])
      else holders.push(unit)
    }
  }

  giveBack(unit: string, {cpus, memoryBytes, diskBytes, devices, ports}: Requests): void {
    this.cpus -= cpus
    this.memoryBytes -= memoryBytes
    this.diskBytes -= diskBytes
    for (const name in devices) this.devices.set(name, (this.devices.get(name) ?? 0) - (devices[name] ?? 0))
    for (const port of ports) {
      const left = (this.ports.get(portKey(port)) ?? []).filter(holder => holder !== unit)
      if (left.length === 0) this.ports.delete(portKey(port))
      else this.ports.set(portKey(port), left)
    }
  }

  /** What there is too little of for these requests, the first of several. */
  shortage({cpus, memoryBytes, diskBytes, devices}: Requests): Objection | undefined {
    if (this.capacity === undefined) return undefined
    const {capacity} = this
    if (cpus > 0 && exceeds(this.cpus + cpus, capacity.cpus)) return short('cpu', cpus, capacity.cpus - this.cpus)
    if (memoryBytes > 0 && this.memoryBytes + memoryBytes > capacity.memoryBytes)
      return short('memory', memoryBytes, capacity.memoryBytes - this.memoryBytes)
    if (diskBytes > 0 && this.diskBytes + diskBytes > capacity.diskBytes)
      return short('disk', diskBytes, capacity.diskBytes - this.diskBytes)
    for (const name in devices) {
      const need = devices[name] ?? 0
      const free = (capacity.devices[name] ?? 0) - (this.devices.get(name) ?? 0)
      if (need > 0 && need > free) return short(name, need, free)
    }
    return undefined
  }

  /** Somebody else who holds one of the ports, of those who count. */
  portTaken(unit: string, ports: readonly HostPort[], counts: (holder: string) => boolean): Objection | undefined {
    for (const port of ports) {
      const other = this.holderOf(port, holder => holder !== unit && counts(holder))
      if (other !== undefined) return {kind: 'port', port: portText(port), other}
    }
    return undefined
  }

  /** How much of what is scarcest is taken: 0 for nothing, 1 for all. */
  get share(): number {
    if (this.capacity === undefined) return 0
    const {cpus, memoryBytes} = this.capacity
    return Math.max(cpus > 0 ? this.cpus / cpus : 0, memoryBytes > 0 ? this.memoryBytes / memoryBytes : 0)
  }

  /** Every address stands in the way of each one, and each of every. */
  private holderOf(port: HostPort, counts: (holder: string) => boolean): string | undefined {
    const everywhere = `${port.port}/${port.protocol}`
    if (port.address !== undefined) return this.ports.get(portKey(port))?.find(counts) ?? this.ports.get(everywhere)?.find(counts)
    for (const [key, holders] of this.ports) {
      if (key !== everywhere && !key.endsWith(` ${everywhere}`)) continue
      const other = holders.find(counts)
      if (other !== undefined) return other
    }
    return undefined
  }
}

/** Sums of parts of CPUs are not exact. */
const grain = 1e-9

function exceeds(sum: number, most: number): boolean {
  return sum > most + grain
}

function short(resource: string, need: number, free: number): Objection {
  return {kind: 'short', resource, need, free: Math.max(0, free)}
}

function portKey({port, protocol, address}: HostPort): string {
  return address === undefined ? `${port}/${protocol}` : `${address} ${port}/${protocol}`
}

/** `8080`, `53/udp`. */
function portText({port, protocol}: HostPort): string {
  return protocol === 'tcp' ? String(port) : `${port}/${protocol}`
}
