import {parseByteSize} from '../../base/byte-size.ts'
import type {ContainerSpec, DeviceRequest, Resources} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'

/** What a unit takes of its machine. */
export interface Requests {
  /** CPUs, as in 1.5. */
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** Ports of the machine that it listens on. */
  readonly ports: readonly HostPort[]
  /** By name: `{gpu: 1}`. */
  readonly devices: Readonly<Record<string, number>>
}

export interface HostPort {
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** Absent: every address of the machine. */
  readonly address?: string
}

/** What [X-Fleet] says of it. */
export type SaidRequests = Partial<Omit<Requests, 'ports'>>

/** `cpu=0.5 memory=256M disk=10G gpu=1`: each part on its own; any other name is that of a device. */
export function parseRequest(text: string): SaidRequests | Fault {
  const [, name, value = ''] = /^([A-Za-z][A-Za-z0-9_.-]*)=(\S+)$/.exec(text) ?? []
  if (name === undefined) return new Fault(`'${text}' is no request`, 'write Requests=cpu=0.5 memory=256M disk=10G gpu=1')
  if (name === 'cpu' || name === 'cpus') {
    const cpus = /^\d+m$/.test(value)
      ? Number(value.slice(0, -1)) / 1000
      : /^\d+(\.\d+)?$/.test(value)
        ? Number(value)
        : undefined
    return cpus === undefined ? new Fault(`'${value}' is no number of CPUs`, 'write cpu=0.5') : {cpus}
  }
  if (name === 'memory' || name === 'disk') {
    const bytes = parseByteSize(value)
    if (bytes === undefined) return new Fault(`'${value}' is no size`, `write ${name}=256M`)
    return name === 'memory' ? {memoryBytes: bytes} : {diskBytes: bytes}
  }
  return /^\d{1,6}$/.test(value)
    ? {devices: {[name]: Number(value)}}
    : new Fault(`'${value}' is no number of ${name}`, `write ${name}=1`)
}

/** `8080`, `53/udp`, `127.0.0.1:9000/tcp`. */
export function parseHostPort(text: string): HostPort | Fault {
  const [, address, digits, protocol = 'tcp'] =
    /^(?:(\[[0-9A-Fa-f:.]+\]|[0-9.]+):)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port < 1 || port > 65_535)
    return new Fault(`'${text}' is no port`, 'write Ports=8080 53/udp, from 1 to 65535')
  return {port, protocol: protocol as HostPort['protocol'], ...(address === undefined ? {} : {address})}
}

/** What a unit asks of its machine: by Requests= where it says so, else by the limits it sets itself and the ports it publishes. */
export function requestsOf({
  said,
  ports,
  limits,
  container,
}: {
  readonly said: SaidRequests
  readonly ports: readonly HostPort[]
  readonly limits: Resources
  readonly container: ContainerSpec | undefined
}): Requests {
  const set = container?.resources ?? limits
  return {
    cpus: said.cpus ?? cpusOf(set),
    memoryBytes: said.memoryBytes ?? set.memoryBytes ?? 0,
    diskBytes: said.diskBytes ?? 0,
    ports: [...ports, ...publishedPorts(container)],
    devices: {...gpus(container?.deviceRequests ?? []), ...said.devices},
  }
}

export const noRequests: Requests = {cpus: 0, memoryBytes: 0, diskBytes: 0, ports: [], devices: {}}

function cpusOf({cpus, cpuQuotaMicroseconds, cpuPeriodMicroseconds = 100_000}: Resources): number {
  return cpus ?? (cpuQuotaMicroseconds === undefined ? 0 : Math.max(0, cpuQuotaMicroseconds / cpuPeriodMicroseconds))
}

/** A port that any of several will do for is the engine's to find. */
function publishedPorts(container: ContainerSpec | undefined): readonly HostPort[] {
  return (container?.ports ?? []).flatMap(({hostPort, lastHostPort, hostAddress, protocol}) =>
    hostPort === undefined || hostPort === 0 || (lastHostPort !== undefined && lastHostPort !== hostPort)
      ? []
      : {port: hostPort, protocol, ...(hostAddress === undefined || isAny(hostAddress) ? {} : {address: hostAddress})},
  )
}

function isAny(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::' || address === '[::]'
}

/** All that there are count as one at least: how many, the machine knows. */
function gpus(requests: readonly DeviceRequest[]): Readonly<Record<string, number>> {
  const count = requests
    .filter(({capabilities}) => capabilities.some(words => words.includes('gpu')))
    .reduce((all, request) => all + (request.count > 0 ? request.count : Math.max(1, request.ids.length)), 0)
  return count === 0 ? {} : {gpu: count}
}
