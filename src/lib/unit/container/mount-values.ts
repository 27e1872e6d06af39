import {Fault} from '../fault.ts'
import type {Device, Mount} from './container-spec.ts'

/** One `[source:]target[:options]` of --volume and Volume= (docker-run(1)): a path binds, a name is a volume. */
export function parseVolume(text: string): Mount | Fault {
  const parts = text.split(':')
  const [first = '', second, third = ''] = parts
  const options = third.split(',').filter(option => option !== '')
  const target = second ?? first
  const source = second === undefined ? undefined : first
  if (parts.length > 3) return new Fault(`'${text}' has more than three parts`, 'write source:target:options')
  if (!target.startsWith('/')) return new Fault(`'${target}' is no path inside the container`, 'write source:/target')
  const odd = options.find(option => !volumeOptions.includes(option))
  if (odd !== undefined) return new Fault(`'${odd}' is no option of a volume here`, `the options are ${volumeOptions.join(', ')}`)
  const rest = {
    target,
    readOnly: options.includes('ro'),
    options: options.filter(option => !['ro', 'rw', 'copy'].includes(option)),
  }
  if (source === undefined) return {type: 'volume', ...rest}
  if (source.startsWith('/')) return {type: 'bind', source, ...rest}
  const named = volumeName(source)
  return named instanceof Fault ? named : {type: 'volume', source: named, ...rest}
}

const volumeOptions = [
  'ro',
  'rw',
  'z',
  'Z',
  'nocopy',
  'copy',
  'shared',
  'slave',
  'private',
  'rshared',
  'rslave',
  'rprivate',
  'cached',
  'delegated',
  'consistent',
]

function volumeName(source: string): string | Fault {
  if (source.endsWith('.volume'))
    return new Fault(`'${source}' is a file of Quadlet's`, `write the volume's name: ${source.slice(0, -7)}`)
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source)) return source
  return new Fault(`'${source}' is neither an absolute path nor a volume's name`, 'write /path or a name')
}

/** One `target[:options]` of --tmpfs and Tmpfs=. */
export function parseTmpfs(text: string): Mount | Fault {
  const colon = text.indexOf(':')
  const target = colon < 0 ? text : text.slice(0, colon)
  const options =
    colon < 0
      ? []
      : text
          .slice(colon + 1)
          .split(',')
          .filter(option => option !== '')
  if (!target.startsWith('/')) return new Fault(`'${target}' is no path inside the container`, 'write /run:size=64m')
  return tmpfs(target, options)
}

function tmpfs(target: string, options: readonly string[]): Mount {
  return {
    type: 'tmpfs',
    target,
    readOnly: options.includes('ro'),
    options: options.filter(option => option !== 'ro' && option !== 'rw'),
  }
}

/** One `type=bind,source=/a,target=/b,readonly` of --mount and Mount= (docker-run(1)). */
export function parseMount(text: string): Mount | Fault {
  const fields = new Map(text.split(',').map(field => splitAt(field)))
  const [type = 'volume', source, target] = [
    fields.get('type'),
    first(fields, 'source', 'src'),
    first(fields, 'target', 'destination', 'dst'),
  ]
  const odd = [...fields.keys()].find(key => !mountFields.includes(key))
  if (odd !== undefined) return new Fault(`'${odd}' is no field of a mount here`, `the fields are ${mountFields.join(', ')}`)
  if (!target?.startsWith('/')) return new Fault('no target=/path', 'write type=bind,source=/path,target=/path')
  const readOnly = ['', 'true', '1'].includes(first(fields, 'readonly', 'ro') ?? 'false')
  if (type === 'tmpfs') return {...tmpfs(target, tmpfsOptions(fields)), readOnly}
  const options = [
    first(fields, 'bind-propagation'),
    fields.has('volume-nocopy') && 'nocopy',
    first(fields, 'relabel') && relabel(fields),
  ]
  const rest = {target, readOnly, options: options.filter(option => typeof option === 'string' && option !== '').map(String)}
  if (type === 'volume') {
    const name = source === undefined ? undefined : volumeName(source)
    return name instanceof Fault ? name : {type, ...(name === undefined ? {} : {source: name}), ...rest}
  }
  if (type !== 'bind') return new Fault(`'${type}' is no type of mount here`, 'write type=bind, type=volume or type=tmpfs')
  return source?.startsWith('/') ? {type, source, ...rest} : new Fault('no source=/path', 'write source=/path')
}

const mountFields = [
  'type',
  'source',
  'src',
  'target',
  'destination',
  'dst',
  'readonly',
  'ro',
  'bind-propagation',
  'volume-nocopy',
  'tmpfs-size',
  'tmpfs-mode',
  'relabel',
]

function splitAt(field: string): [string, string] {
  const equals = field.indexOf('=')
  return equals < 0 ? [field.trim(), ''] : [field.slice(0, equals).trim(), field.slice(equals + 1)]
}

function first(fields: ReadonlyMap<string, string>, ...names: readonly string[]): string | undefined {
  return names.map(name => fields.get(name)).find(value => value !== undefined)
}

function tmpfsOptions(fields: ReadonlyMap<string, string>): string[] {
  return ['size', 'mode'].flatMap(name => (fields.has(`tmpfs-${name}`) ? [`${name}=${fields.get(`tmpfs-${name}`)}`] : []))
}

function relabel(fields: ReadonlyMap<string, string>): string {
  return fields.get('relabel') === 'private' ? 'Z' : 'z'
}

/** One `host[:container][:permissions]` of --device and AddDevice=. */
export function parseDevice(text: string): Device | Fault {
  const [host = '', second, third] = text.split(':')
  const onlyPermissions = third === undefined && second !== undefined && /^[rwm]{1,3}$/.test(second)
  const container = onlyPermissions || second === undefined || second === '' ? host : second
  const permissions = (onlyPermissions ? second : third) ?? 'rwm'
  if (!host.startsWith('/') || !container.startsWith('/') || !/^[rwm]{1,3}$/.test(permissions)) {
    return new Fault(`'${text}' is no device`, 'write /dev/x, /dev/x:/dev/y or /dev/x:/dev/y:rwm')
  }
  return {host, container, permissions}
}
