import type {ContainerSpec, Mount} from '../container/container-spec.ts'
import {parseDevice, parseMount, parseTmpfs, parseVolume} from '../container/mount-values.ts'
import {environmentFile, type Translate} from '../container/translate.ts'
import {Fault} from '../fault.ts'

/** One Volume=: as `docker run -v` has it, with the options that only Podman knows taken off or refused. */
export const volumeKey: Translate = (spec, value) => {
  const [source = '', target, options = '', ...rest] = value.split(':')
  if (isRelative(source)) return besideTheFile(source)
  if (target === undefined || rest.length > 0) return mounted(spec, parseVolume(value))
  const given = options.split(',').filter(option => option !== '' && !dockersOwn.includes(option))
  const foreign = given.find(option => Object.hasOwn(podmansOptions, option.replace(/=.*/, '')))
  if (foreign !== undefined) return new Fault(`'${foreign}' is Podman's`, podmansOptions[foreign.replace(/=.*/, '')])
  if (source === '') return mounted(spec, parseVolume(target))
  return mounted(spec, parseVolume([source, target, ...(given.length > 0 ? [given.join(',')] : [])].join(':')))
}

/** What Docker does anyway. */
const dockersOwn: readonly string[] = ['bind', 'rbind', 'exec', 'suid', 'dev']

const podmansOptions: Readonly<Record<string, string>> = {
  U: 'give the directory on the machine to the user that the container runs as',
  O: 'write ro, or a volume of its own',
  idmap: 'take it away',
  noexec: 'take it away',
  nosuid: 'take it away',
  nodev: 'take it away',
}

/** One Mount=: the fields of `docker run --mount`, with Podman's other spellings of them. */
export const mountKey: Translate = (spec, value) => {
  const fields = value.split(',').map(field => field.trim())
  const type = contentOf(fields, 'type') ?? 'volume'
  const remedy = Object.hasOwn(podmansMounts, type) ? podmansMounts[type] : undefined
  if (remedy !== undefined) return new Fault(`a mount of type ${type} is Podman's`, remedy)
  const source = contentOf(fields, 'source') ?? contentOf(fields, 'src') ?? ''
  if (isRelative(source)) return besideTheFile(source)
  return mounted(spec, parseMount(fields.flatMap(field => dockersField(field, type)).join(',')))
}

const podmansMounts: Readonly<Record<string, string>> = {
  image: 'write Volume= with a volume that holds the files',
  artifact: 'write Volume= with a volume that holds the files',
  glob: 'write a Volume= for each file, or one for their directory',
  devpts: 'take it away: every container has its own /dev/pts',
  ramfs: 'write type=tmpfs',
}

function contentOf(fields: readonly string[], name: string): string | undefined {
  return fields.findLast(field => field.startsWith(`${name}=`))?.slice(name.length + 1)
}

function dockersField(field: string, type: string): readonly string[] {
  if (/^rw(=(true|1))?$/.test(field)) return []
  if (/^rw=(false|0)$/.test(field)) return ['readonly']
  return [type === 'tmpfs' ? field.replace(/^(size|mode)=/, 'tmpfs-$1=') : field]
}

/** One Tmpfs=. Docker never copies what the image has there, as `notmpcopyup` says. */
export const tmpfsKey: Translate = (spec, value) => {
  const [target = '', ...rest] = value.split(':')
  const options = rest
    .join(':')
    .split(',')
    .filter(option => option !== '' && option !== 'notmpcopyup')
  const foreign = options.find(option => ['tmpcopyup', 'U', 'chown'].includes(option))
  if (foreign !== undefined) return new Fault(`'${foreign}' is Podman's`, 'take it away, or write Volume= with a volume')
  return mounted(spec, parseTmpfs([target, ...(options.length > 0 ? [options.join(',')] : [])].join(':')))
}

/** One device of AddDevice=; behind `-` one that a machine may lack. */
export const deviceKey: Translate = (spec, value) => {
  const optional = value.startsWith('-')
  const device = parseDevice(optional ? value.slice(1) : value)
  if (device instanceof Fault) return device
  return {...spec, devices: [...spec.devices, optional ? {...device, optional} : device]}
}

/** One file of EnvironmentFile=; behind `-` one that a machine may lack. */
export const environmentFileKey: Translate = (spec, value, environment) => {
  const path = value.replace(/^-/, '')
  return path.startsWith('/') ? environmentFile(spec, value, environment) : besideTheFile(path)
}

/** The machine's own time zone; others would need the files of time zones on every machine. */
export const timezoneKey: Translate = (spec, zone) =>
  zone === 'local'
    ? mounted(spec, {type: 'bind', source: '/etc/localtime', target: '/etc/localtime', readOnly: true, options: []})
    : new Fault(
        `Docker does not set the time zone ${zone}`,
        `write Environment=TZ=${zone} if the image has time zones, or Timezone=local`,
      )

const isRelative = (source: string): boolean => source.startsWith('.')

/** Quadlet's relative paths begin at the unit file, of which the machines have none. */
function besideTheFile(path: string): Fault {
  return new Fault(`'${path}' would lie beside the unit file, which no machine has`, 'write the /path on the machine')
}

function mounted(spec: ContainerSpec, mount: Mount | Fault): ContainerSpec | Fault {
  return mount instanceof Fault ? mount : {...spec, mounts: [...spec.mounts, mount]}
}
