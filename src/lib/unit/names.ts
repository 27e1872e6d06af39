import {UsageError} from '../base/errors.ts'

/** The kinds of unit there are (systemd.unit(5); snapshot is gone from systemd but valid in fleet). */
const unitTypes = [
  'service',
  'socket',
  'device',
  'mount',
  'automount',
  'swap',
  'target',
  'path',
  'timer',
  'slice',
  'scope',
  'snapshot',
] as const
type UnitType = (typeof unitTypes)[number]

const templatedTypes: readonly UnitType[] = ['path', 'service', 'socket', 'target', 'timer']

/** A unit's name taken apart (systemd.unit(5), "Description"). */
export interface UnitName {
  /** `web@3.service`. */
  readonly name: string
  /** What stands before the first `@`, or before the type: `web`. */
  readonly prefix: string
  /** What stands between the first `@` and the type: `3`. */
  readonly instance?: string
  readonly type: UnitType
  readonly isTemplate: boolean
  readonly isInstance: boolean
  /** Of an instance, the template it comes from: `web@.service`. */
  readonly template?: string
}

/** Takes a name apart. Throws UsageError that says what is wrong with it and what to write, by fleet's rules. */
export function parseUnitName(name: string): UnitName {
  const refuse = (what: string, hint: string) => new UsageError(`unit name '${shortened(name)}' ${what}`, {hint})
  if (name === '') throw new UsageError('a unit name cannot be empty', {hint: 'write a name such as web.service'})
  if (name.length > 256) throw refuse(`has ${name.length} characters`, 'write at most 256')
  if (/[{}]/.test(name)) {
    throw refuse('has a brace', 'close the braces: web@{1..4} and web@{a,b} stand for several units; a name itself has no braces')
  }
  const odd = /[^A-Za-z0-9:_.\\@-]/u.exec(name)?.[0]
  if (odd !== undefined) throw refuse(`has the character '${odd}'`, 'write only letters, digits and : _ . \\ @ -')
  if (name.startsWith('@')) throw refuse("starts with '@'", 'write what is to run before it, such as web@3.service')
  const dot = name.lastIndexOf('.')
  const type = unitTypes.find(known => known === name.slice(dot + 1))
  if (dot < 0 || type === undefined) {
    throw refuse('has no known type', `end it with .service or another of ${unitTypes.join(', ')}`)
  }
  if (dot === 0) throw refuse('has nothing before its type', `write a name such as web.${type}`)
  const at = name.indexOf('@')
  if (at < 0) return {name, prefix: name.slice(0, dot), type, isTemplate: false, isInstance: false}
  if (!templatedTypes.includes(type)) {
    throw refuse(`is a template or instance of type ${type}`, `only ${templatedTypes.join(', ')} have templates; leave out the @`)
  }
  const prefix = name.slice(0, at)
  const instance = name.slice(at + 1, dot)
  if (instance === '') return {name, prefix, type, isTemplate: true, isInstance: false}
  return {name, prefix, instance, type, isTemplate: false, isInstance: true, template: `${prefix}@.${type}`}
}

/** A unit that an argument of the command line names, and its file where the argument says which. */
export interface NamedUnit {
  readonly name: string
  /** Without its directory: `web.service`, or `web.container`, which becomes web.service. */
  readonly file?: string
}

/**
 * The unit names that an argument of the command line stands for: `web@{1..4}` and `web@{a,b}` for several, a path for
 * its last part, `.service` for Quadlet's `.container`, and appended where no type is given. Names are not validated, so
 * that globs pass. Throws UsageError for braces it cannot expand.
 */
export function expandNames(argument: string): string[] {
  return expandUnits(argument).map(({name}) => name)
}

/** As `expandNames`, with the files that are named by it. */
export function expandUnits(argument: string): NamedUnit[] {
  const base = argument.slice(argument.lastIndexOf('/') + 1)
  return expandBraces(base).map(file => {
    if (file.endsWith(containerType)) return {name: `${file.slice(0, -containerType.length)}.service`, file}
    return hasType(file) ? {name: file, file} : {name: `${file}.service`}
  })
}

/** The Quadlet file that a unit may come from: `web.container` for web.service (podman-systemd.unit(5)). */
export function containerFile(name: string): string | undefined {
  return name.endsWith('.service') ? name.replace(/\.service$/, containerType) : undefined
}

const containerType = '.container'

const mostNames = 100_000

function expandBraces(text: string): string[] {
  const open = text.indexOf('{')
  const close = text.indexOf('}', open)
  if (open < 0 || close < 0) return [text]
  const inner = text.slice(open + 1, close)
  const choices = choicesOf(inner)
  if (!choices) {
    throw new UsageError(`'{${inner}}' is no range in '${shortened(text)}'`, {hint: 'write {1..4} or {a,b}'})
  }
  const tails = expandBraces(text.slice(close + 1))
  if (choices.length * tails.length > mostNames) {
    throw new UsageError(`'${shortened(text)}' stands for more than ${mostNames} units`, {hint: 'write a smaller range'})
  }
  return choices.flatMap(choice => tails.map(tail => text.slice(0, open) + choice + tail))
}

function choicesOf(inner: string): string[] | undefined {
  const range = /^(\d{1,9})\.\.(\d{1,9})$/.exec(inner)
  if (!range) return inner.includes(',') && !inner.includes('{') ? inner.split(',') : undefined
  const [from, to] = [range[1] ?? '', range[2] ?? '']
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0
  const count = Math.min(Math.abs(Number(to) - Number(from)), mostNames) + 1
  const step = Number(to) < Number(from) ? -1 : 1
  return Array.from({length: count}, (_, index) => String(Number(from) + index * step).padStart(width, '0'))
}

function hasType(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot >= 0 && unitTypes.some(type => type === name.slice(dot + 1))
}

function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name
}
