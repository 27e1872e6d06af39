import {parseByteSize} from '../../base/byte-size.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import type {Resources, Ulimit} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {keysOf, lastOptionOf, type UnitFile} from '../file.ts'
import type {ProblemList} from '../problem-list.ts'

/**
 * The limits that [Service] sets in systemd's words, as limits of the container (systemd.resource-control(5),
 * systemd.exec(5)). What the container's own section or line says goes before them.
 */
export function parseServiceResources(file: UnitFile, problems: ProblemList): {resources: Resources; ulimits: Ulimit[]} {
  const given = keysOf(file, section)
  let resources: Resources = {}
  for (const [key, read] of resourceRows) {
    const option = given.has(key) ? lastOptionOf(file, section, key) : undefined
    if (!option) continue
    const found = read(option.value, resources)
    if (found instanceof Fault) problems.fault({section, key, line: option.line}, found)
    else resources = {...resources, ...found}
  }
  const limits: {line: number; limit: Ulimit}[] = []
  for (const [key, limit] of limitRows) {
    const option = given.has(key) ? lastOptionOf(file, section, key) : undefined
    if (!option) continue
    const found = readLimit(option.value, limit)
    if (found instanceof Fault) problems.fault({section, key, line: option.line}, found)
    else limits.push({line: option.line, limit: found})
  }
  limits.sort((left, right) => left.line - right.line)
  return {resources, ulimits: limits.map(({limit}) => limit)}
}

const section = 'Service'
type Read = (value: string, before: Resources) => Resources | Fault

/** Rows are applied in this order: MemorySwapMax= needs the memory, the newer spelling goes over the older. */
const resourceKeys: Readonly<Record<string, Read>> = {
  MemoryLimit: bytes(memoryBytes => ({memoryBytes})),
  MemoryMax: bytes(memoryBytes => ({memoryBytes})),
  MemoryLow: bytes(memoryReservationBytes => ({memoryReservationBytes})),
  MemorySwapMax: (value, {memoryBytes = 0}) =>
    value === 'infinity' ? {memorySwapBytes: -1} : bytes(swap => ({memorySwapBytes: memoryBytes + swap}))(value, {}),
  CPUQuota: value => {
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1]
    return Number(percent) > 0
      ? {cpus: Number(percent) / 100}
      : new Fault(`'${value}' is no share of a CPU`, 'write 50% for half a CPU, 200% for two')
  },
  CPUShares: whole(cpuShares => ({cpuShares}), [2, 262_144]),
  CPUWeight: whole(weight => ({cpuShares: Math.max(2, Math.round((weight * 1024) / 100))}), [1, 10_000]),
  AllowedCPUs: value => cpuList(value, cpusetCpus => ({cpusetCpus})),
  AllowedMemoryNodes: value => cpuList(value, cpusetMems => ({cpusetMems})),
  TasksMax: (value, before) =>
    value === 'infinity' ? {pidsLimit: -1} : whole(pidsLimit => ({pidsLimit}), [1, 2 ** 31])(value, before),
  BlockIOWeight: whole(blockWeight => ({blockWeight}), [10, 1000]),
  IOWeight: whole(weight => ({blockWeight: Math.min(1000, Math.max(10, weight))}), [1, 10_000]),
  OOMScoreAdjust: value =>
    /^-?\d{1,4}$/.test(value) && Math.abs(Number(value)) <= 1000
      ? {oomScoreAdjust: Number(value)}
      : new Fault(`'${value}' is not from -1000 to 1000`, 'write a number from -1000 to 1000'),
}

const resourceRows = Object.entries(resourceKeys)

function bytes(use: (bytes: number) => Resources): Read {
  return value => {
    if (value === 'infinity') return {}
    if (value.endsWith('%'))
      return new Fault('a share of the memory, which differs between machines', 'write a size such as 512M')
    const size = parseByteSize(value)
    return size === undefined ? new Fault(`'${value}' is no size`, 'write a size such as 512M or infinity') : use(size)
  }
}

function whole(use: (value: number) => Resources, [least, most]: readonly [number, number]): Read {
  return value =>
    /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? use(Number(value))
      : new Fault(`'${value}' is not a number from ${least} to ${most}`, `write a number from ${least} to ${most}`)
}

function cpuList(value: string, use: (list: string) => Resources): Resources | Fault {
  const list = value.split(/[\s,]+/)
  return list.every(part => /^\d+(-\d+)?$/.test(part))
    ? use(list.join(','))
    : new Fault(`'${value}' is no list of CPUs`, 'write 0-3 or 0,2')
}

interface Limit {
  readonly name: string
  readonly read: (value: string) => number | undefined
}

const count = (value: string): number | undefined => (/^-?\d{1,15}$/.test(value) ? Number(value) : undefined)
const microseconds = (value: string): number | undefined => count(value) ?? scaled(parseTimeSpan(value), 1e6)
const scaled = (value: number | undefined, by: number): number | undefined => (value === undefined ? undefined : value * by)

/** Process limits (systemd.exec(5), "Process Properties"), with the engine's names. */
const limitKeys: Readonly<Record<string, Limit>> = {
  LimitCPU: {name: 'cpu', read: parseTimeSpan},
  LimitFSIZE: {name: 'fsize', read: parseByteSize},
  LimitDATA: {name: 'data', read: parseByteSize},
  LimitSTACK: {name: 'stack', read: parseByteSize},
  LimitCORE: {name: 'core', read: parseByteSize},
  LimitRSS: {name: 'rss', read: parseByteSize},
  LimitNOFILE: {name: 'nofile', read: count},
  LimitNPROC: {name: 'nproc', read: count},
  LimitMEMLOCK: {name: 'memlock', read: parseByteSize},
  LimitLOCKS: {name: 'locks', read: count},
  LimitSIGPENDING: {name: 'sigpending', read: count},
  LimitMSGQUEUE: {name: 'msgqueue', read: parseByteSize},
  LimitNICE: {name: 'nice', read: count},
  LimitRTPRIO: {name: 'rtprio', read: count},
  LimitRTTIME: {name: 'rttime', read: microseconds},
}

const limitRows = Object.entries(limitKeys)

function readLimit(value: string, limit: Limit): Ulimit | Fault {
  const one = (part: string) => (part === 'infinity' ? -1 : limit.read(part))
  const [first = '', second = first, ...more] = value.split(':')
  const [soft, hard] = [one(first), one(second)]
  if (soft === undefined || hard === undefined || more.length > 0) {
    return new Fault(`'${value}' is no limit`, 'write a number, soft:hard, or infinity')
  }
  return {name: limit.name, soft, hard}
}
