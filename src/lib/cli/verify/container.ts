import {formatByteSize} from '../../base/byte-size.ts'
import {formatTimeSpan} from '../../base/time-span.ts'
import {
  type ContainerSpec,
  type Mount,
  type Network,
  type Port,
  plainContainer,
  type Resources,
} from '../../unit/container/container-spec.ts'

/** A label and its values, one a line. */
export type PageRow = readonly [label: string, ...values: readonly string[]]

/** A container for the eye: only what the unit says of it, each thing as it would be written for Docker. */
export function containerRows(container: ContainerSpec): readonly PageRow[] {
  const said = plainContainer(container.image)
  const others = Object.entries(container).flatMap(([field, value]): PageRow[] => {
    const before = Object.entries(said).find(([name]) => name === field)?.[1]
    if (shownElsewhere.has(field) || JSON.stringify(value) === JSON.stringify(before)) return []
    return [[inWords(field), ...valuesOf(value)]]
  })
  const rows = [...known.map(([label, values]): PageRow => [label, ...values(container)]), ...others]
  return rows.filter(([, ...values]) => values.length > 0)
}

/** Words as one would type them: in quotes where a shell would take them for something else. */
export function quoted(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./${}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

const known: readonly (readonly [label: string, values: (container: ContainerSpec) => readonly string[]])[] = [
  ['Image', ({image, pull}) => [`${image}${{missing: '', always: ', pulled at every start', never: ', never pulled'}[pull]}`]],
  ['Name', ({name}) => optional(name)],
  ['Entrypoint', ({entrypoint}) => optional(entrypoint && quoted(entrypoint))],
  ['Command', ({command}) => (command.length > 0 ? [quoted(command)] : [])],
  ['Env', ({environment}) => pairs(environment)],
  [
    'Env files',
    ({environmentFiles}) => environmentFiles.map(({path, optional: may}) => (may ? `${path}, if it is there` : path)),
  ],
  ['Ports', ({ports}) => ports.map(portText)],
  ['Network', ({network}) => (JSON.stringify(network) === plainNetwork ? [] : [networkText(network)])],
  ['Mounts', ({mounts}) => mounts.map(mountText)],
  [
    'Limits',
    ({resources, ulimits}) => [
      ...limitTexts(resources),
      ...ulimits.map(({name, soft, hard}) => `${name} ${soft === hard ? hard : `${soft}:${hard}`}`),
    ],
  ],
  [
    'Health',
    ({health}) =>
      health === undefined
        ? []
        : [
            quoted(health.test),
            ...(health.intervalSeconds === undefined ? [] : [`every ${formatTimeSpan(health.intervalSeconds)}`]),
            ...(health.timeoutSeconds === undefined ? [] : [`for ${formatTimeSpan(health.timeoutSeconds)} at most`]),
            ...(health.startPeriodSeconds === undefined ? [] : [`counted after ${formatTimeSpan(health.startPeriodSeconds)}`]),
            ...(health.retries === undefined ? [] : [`unhealthy after ${health.retries} failures`]),
          ],
  ],
]

const shownElsewhere = new Set([
  'image',
  'pull',
  'name',
  'entrypoint',
  'command',
  'environment',
  'environmentFiles',
  'ports',
  'network',
  'mounts',
  'resources',
  'ulimits',
  'health',
])

const plainNetwork = JSON.stringify(plainContainer('').network)

function optional(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text]
}

function pairs(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(record).map(([key, value]) => `${key}=${valuesOf(value).join(' ')}`)
}

function portText({hostAddress, hostPort, containerPort, protocol, ...more}: Port): string {
  const address = hostAddress === undefined ? '' : hostAddress.includes(':') ? `[${hostAddress}]:` : `${hostAddress}:`
  const host = hostPort === undefined ? '' : `${[hostPort, ...Object.values(more)].join('-')}:`
  return `${address}${host === '' && address !== '' ? ':' : host}${containerPort}/${protocol}${hostPort === undefined ? ' on any free port' : ''}`
}

function networkText({mode, ...more}: Network): string {
  return [mode, ...pairs(more).filter(pair => !pair.endsWith('='))].join(', ')
}

function mountText({type, source, target, readOnly, options, ...more}: Mount): string {
  const from = type === 'tmpfs' ? 'tmpfs:' : source === undefined ? '' : `${source}:`
  const how = [...(readOnly ? ['ro'] : []), ...options, ...pairs(more)]
  return `${from}${target}${how.length > 0 ? `:${how.join(',')}` : ''}`
}

function limitTexts(resources: Resources): readonly string[] {
  return Object.entries(resources).map(([field, value]) =>
    field.endsWith('Bytes') && typeof value === 'number'
      ? `${inWords(field.slice(0, -5)).toLowerCase()} ${value < 0 ? 'without limit' : formatByteSize(value)}`
      : `${inWords(field).toLowerCase()} ${valuesOf(value).join(' ')}`,
  )
}

/** Whatever it is, as short texts. */
function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(each => valuesOf(each).join(' '))
  if (typeof value === 'object' && value !== null) return pairs({...value})
  if (typeof value === 'boolean') return [value ? 'yes' : 'no']
  return value === undefined || value === null ? [] : [String(value)]
}

/** `cgroupParent` as `Cgroup parent`. */
function inWords(field: string): string {
  const words = field.replaceAll(/[A-Z0-9]+/g, word => ` ${word.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
