import {parseByteSize} from '../../base/byte-size.ts'
import {Fault} from '../fault.ts'
import type {LongMount, Mount} from './container-spec.ts'
import {csvPairs} from './csv-fields.ts'
import {switchValue} from './switch-value.ts'

/** One `type=bind,source=/a,target=/b,readonly` of --mount (docker-run(1)). */
export function parseLongMount(text: string): Mount | Fault {
  const pairs = csvPairs(text)
  if (pairs instanceof Fault) return pairs
  let draft: Draft = {type: 'volume', readOnly: false, long: {}}
  for (const [key, given] of pairs) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (!field) return new Fault(`'${key}' is no field of a mount`, `the fields are ${Object.keys(fields).join(', ')}`)
    if (given === undefined && !field.alone) return new Fault(`'${key}' is without a value`, `write ${key}=…`)
    const next = field.set(draft, given ?? 'true')
    if (next instanceof Fault) return next
    draft = next
  }
  return finish(
    draft,
    pairs.map(([key]) => key),
  )
}

interface Draft {
  readonly type: string
  readonly source?: string
  readonly target?: string
  readonly readOnly: boolean
  readonly long: LongMount
}

interface Field {
  /** May stand without `=`. */
  readonly alone?: boolean
  /** The only type of mount that has it. */
  readonly only?: Mount['type']
  readonly set: (draft: Draft, value: string) => Draft | Fault
}

const put = (key: 'source' | 'target'): Field => ({set: (draft, value) => ({...draft, [key]: value})})
const detail = (key: keyof LongMount, only: Mount['type'], read: (value: string) => unknown): Field => ({
  only,
  set: (draft, value) => {
    const found = read(value)
    return found instanceof Fault ? found : {...draft, long: {...draft.long, [key]: found}}
  },
})
const pair = (key: 'labels' | 'driverOptions'): Field => ({
  only: 'volume',
  set: (draft, value) => {
    const equals = value.indexOf('=')
    const [name, content] = equals < 0 ? [value, ''] : [value.slice(0, equals), value.slice(equals + 1)]
    return {...draft, long: {...draft.long, [key]: {...draft.long[key], [name]: content}}}
  },
})
const readonly: Field = {
  alone: true,
  set: (draft, value) => wrap(yes(value), readOnly => ({...draft, readOnly})),
}
const newer = (key: string, remedy: string): Field => ({
  alone: true,
  set: () => new Fault(`'${key}' is newer than the API that the agent speaks`, remedy),
})

const fields: Readonly<Record<string, Field>> = {
  type: {set: (draft, type) => ({...draft, type: type.toLowerCase()})},
  source: put('source'),
  src: put('source'),
  target: put('target'),
  destination: put('target'),
  dst: put('target'),
  readonly,
  ro: readonly,
  consistency: {set: (draft, value) => ({...draft, long: {...draft.long, consistency: value.toLowerCase()}})},
  'bind-propagation': detail('propagation', 'bind', value => value.toLowerCase()),
  'bind-nonrecursive': {...detail('nonRecursive', 'bind', yes), alone: true},
  'bind-recursive': detail('nonRecursive', 'bind', value => {
    if (value === 'enabled' || value === 'disabled') return value === 'disabled'
    return new Fault(`bind-recursive=${value} is newer than the API that the agent speaks`, 'write enabled or disabled')
  }),
  'volume-nocopy': {...detail('noCopy', 'volume', yes), alone: true},
  'volume-label': pair('labels'),
  'volume-driver': detail('driver', 'volume', value => value),
  'volume-opt': pair('driverOptions'),
  'volume-subpath': newer('volume-subpath', 'mount the whole volume'),
  'image-subpath': newer('image-subpath', 'copy from the image at its start'),
  'tmpfs-size': detail('sizeBytes', 'tmpfs', value => parseByteSize(value) ?? new Fault(`'${value}' is no size`, 'write 64m')),
  'tmpfs-mode': detail('mode', 'tmpfs', value =>
    /^[0-7]{1,5}$/.test(value) ? Number.parseInt(value, 8) : new Fault(`'${value}' is no mode`, 'write 1777'),
  ),
}

function finish({type, source, target, readOnly, long}: Draft, keys: readonly string[]): Mount | Fault {
  if (type !== 'bind' && type !== 'volume' && type !== 'tmpfs')
    return new Fault(`'${type}' is no type of mount here`, 'write type=bind, type=volume or type=tmpfs')
  if (target === undefined || target === '') return new Fault('no target=/path', 'write type=bind,source=/path,target=/path')
  const stray = keys.find(key => (fields[key]?.only ?? type) !== type)
  if (stray !== undefined)
    return new Fault(`'${stray}' is for mounts of type ${fields[stray]?.only}`, 'take it away, or change the type')
  if (type === 'bind' && !source?.startsWith('/')) return new Fault('no source=/path', 'write source=/path')
  if (type === 'tmpfs' && source !== undefined) return new Fault('a tmpfs has no source', 'take source= away')
  return {type, ...(source === undefined ? {} : {source}), target, readOnly, options: [], long}
}

function yes(value: string): boolean | Fault {
  return switchValue(value) ?? new Fault(`'${value}' is neither true nor false`, 'write true or false')
}

function wrap<T, R>(found: T | Fault, use: (found: T) => R): R | Fault {
  return found instanceof Fault ? found : use(found)
}
