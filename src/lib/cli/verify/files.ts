import {basename, dirname, join} from 'node:path'
import {CtlError, messageOf, UsageError} from '../../base/errors.ts'
import {compareNatural} from '../../base/natural-order.ts'
import {parseUnitFile} from '../../unit/file.ts'
import {expandUnits, type NamedUnit, parseUnitName} from '../../unit/names.ts'
import {quadletFile} from '../../unit/quadlet/file-kinds.ts'
import {wishedName} from '../../unit/quadlet/service-name.ts'
import type {Problem} from '../../unit/unit.ts'
import {LocalFiles, namesInDirectory} from '../units/unit-files.ts'
import type {GivenFile} from './verify.ts'

export interface VerifyFilesOptions {
  /** The unit that the one file is verified as. */
  readonly name?: string | undefined
  /** What `-` reads. */
  readonly stdin: NodeJS.ReadableStream
}

/**
 * Reads the files that the arguments name, in their order: a path, with `.service` where it has no type; a unit whose
 * template stands there; a directory for the unit files in it; `-` for stdin. What cannot be read is told in its place.
 * Throws UsageError for a `name` beside several files.
 */
export async function readGivenFiles(args: readonly string[], {name, stdin}: VerifyFilesOptions): Promise<readonly GivenFile[]> {
  const local = new LocalFiles()
  const found: GivenFile[] = []
  for (const arg of new Set(args)) found.push(...(arg === '-' ? [await readStdin(stdin)] : await readArgument(arg, local)))
  const given = [...new Map(found.map(each => [`${each.file}\n${each.unit}`, each])).values()]
  if (name === undefined) return given
  const [only, ...others] = given
  const [unit] = expandUnits(name)
  if (only === undefined || unit === undefined || others.length > 0) {
    throw new UsageError('--name names one unit, and there are several files', {hint: 'verify them one by one'})
  }
  return [{...only, unit: unit.name}]
}

async function readArgument(arg: string, local: LocalFiles): Promise<readonly GivenFile[]> {
  try {
    const entries = await namesInDirectory(arg)
    if (entries === undefined) {
      const named = expandUnits(arg)
      const places = named.map(({name, file}) => (named.length === 1 ? arg : join(dirname(arg), file ?? name)))
      return await Promise.all(named.map((unit, at) => readUnit(places[at] ?? arg, unit, local)))
    }
    const units = entries.flatMap(unitOf).sort((left, right) => compareNatural(left.file, right.file))
    if (units.length === 0) throw new UsageError('no unit file is in this directory')
    return await Promise.all(units.map(unit => readUnit(join(arg, unit.file), unit, local)))
  } catch (error) {
    return [unreadable(arg, arg, error)]
  }
}

/** What a directory's entry is a unit file of, if it is one. */
function unitOf(entry: string): readonly Required<NamedUnit>[] {
  try {
    const [unit] = expandUnits(entry)
    return unit?.file === entry && parseUnitName(unit.name).name === unit.name ? [{name: unit.name, file: entry}] : []
  } catch {
    return []
  }
}

async function readUnit(path: string, unit: NamedUnit, local: LocalFiles): Promise<GivenFile> {
  const {name} = unit
  const directory = dirname(path)
  try {
    const own = (await local.find(directory, {name, file: basename(path)})) ?? (await local.find(directory, unit))
    const template = templateOf(name)
    const found = own ?? (template === undefined ? undefined : await local.find(directory, {name: template}))
    if (found === undefined) throw new UsageError('there is no such file')
    const {text, source} = found
    return {file: source, unit: unitNameOf(name, source, text), text, remarks: await remarksOn(source, text, local)}
  } catch (error) {
    return unreadable(path, name, error)
  }
}

function templateOf(name: string): string | undefined {
  try {
    return parseUnitName(name).template
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** A `.container` file may ask for another name than its own. */
function unitNameOf(name: string, source: string, text: string): string {
  return (source.endsWith('.container') ? wishedName(parseUnitFile(text).file) : undefined) ?? name
}

/** What can be said only of a file, not of its text. */
async function remarksOn(source: string, text: string, local: LocalFiles): Promise<readonly Problem[]> {
  const kind = quadletFile(source)
  const noContainer = source.endsWith('.container') && !/^\s*\[Container\]/m.test(text)
  return [
    ...(kind === undefined ? [] : [{severity: 'error', line: 0, message: kind.message, remedy: kind.remedy ?? ''} as const]),
    ...(noContainer
      ? [{severity: 'error', line: 0, message: 'no [Container] section', remedy: 'write one, or name the file .service'} as const]
      : []),
    ...((await local.hasDropIns(source))
      ? [{severity: 'warning', line: 0, message: `${source}.d is passed over`, remedy: 'write its lines into this file'} as const]
      : []),
  ]
}

async function readStdin(stdin: NodeJS.ReadableStream): Promise<GivenFile> {
  stdin.setEncoding('utf8')
  let text = ''
  for await (const part of stdin) text += String(part)
  return {file: 'stdin', unit: nameFor(text), text}
}

/** A name that suits a text which has none: by its sections, and a template where it asks for its instance. */
function nameFor(text: string): string {
  const sections = parseUnitFile(text).file.sections.map(({name}) => name.toLowerCase())
  const type = ['timer', 'socket', 'mount', 'path', 'automount', 'swap'].find(each => sections.includes(each)) ?? 'service'
  const templated = ['timer', 'socket', 'path', 'service'].includes(type) && /(?<!%)(%%)*%[iI]/.test(text)
  return `stdin${templated ? '@' : ''}.${type}`
}

function unreadable(file: string, unit: string, error: unknown): GivenFile {
  if (error instanceof CtlError) {
    return {file, unit, text: {message: error.message, ...(error.hint === undefined ? {} : {remedy: error.hint})}}
  }
  if (!(error instanceof Error && 'code' in error)) throw error
  return {file, unit, text: {message: `cannot be read: ${messageOf(error)}`}}
}
