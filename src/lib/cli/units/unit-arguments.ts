import {dirname, join} from 'node:path'
import {NotFoundError, UsageError} from '../../base/errors.ts'
import {compareNatural} from '../../base/natural-order.ts'
import {readRecords} from '../../cluster/change.ts'
import type {UnitRecord} from '../../cluster/model.ts'
import type {Submission} from '../../cluster/submit.ts'
import {keys} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import {describeProblem} from '../../unit/describe-problem.ts'
import {parseUnitFile, type ReadUnitFile} from '../../unit/file.ts'
import {fileHash} from '../../unit/hash.ts'
import {containerFile, expandUnits, type NamedUnit, parseUnitName} from '../../unit/names.ts'
import {understandUnit} from '../../unit/parse-unit.ts'
import {quadletFile} from '../../unit/quadlet/file-kinds.ts'
import {wishedName} from '../../unit/quadlet/service-name.ts'
import {ambiguous, isFile, LocalFiles, namesInDirectory, type Text} from './unit-files.ts'

/** A unit named on the command line, and where a file of it may lie. */
export interface UnitArgument extends NamedUnit {
  readonly directory: string
}

/** What the arguments come to: units to write, all units meant, and what the operator should hear of. */
export interface Gathered {
  readonly names: readonly string[]
  readonly submissions: readonly Submission[]
  readonly warnings: readonly string[]
}

/**
 * Names and paths with their braces opened; a directory stands for the unit files in it, a `.container` file for the unit
 * that Quadlet would make of it. Throws UsageError for a name that cannot be, for two files that are one unit, and for
 * Quadlet's other files.
 */
export async function readArguments(args: readonly string[]): Promise<readonly UnitArgument[]> {
  const found = new Map<string, UnitArgument>()
  const local = new LocalFiles()
  for (const arg of args) {
    const entries = await namesInDirectory(arg)
    const named = entries === undefined ? await unitsOf(arg) : unitsIn(arg, entries)
    for (const each of await Promise.all(named.map(unit => underItsName(unit, local)))) {
      const {name, directory, file} = each
      const before = found.get(parseUnitName(name).name)
      if (before?.file !== undefined && file !== undefined && before.file !== file && before.directory === directory)
        throw ambiguous(name, [join(directory, before.file), join(directory, file)])
      found.set(name, each)
    }
  }
  return [...found.values()]
}

async function unitsOf(arg: string): Promise<readonly UnitArgument[]> {
  const directory = dirname(arg)
  const units = expandUnits(arg).map(unit => ({...unit, directory}))
  for (const {name, file} of units) {
    const written = name.replace(/\.service$/, '')
    const fault = file === undefined ? quadletFile(written) : undefined
    if (fault && (await isFile(join(directory, written)))) throw new UsageError(fault.message, {hint: fault.remedy ?? ''})
  }
  return units
}

function unitsIn(directory: string, entries: readonly string[]): readonly UnitArgument[] {
  const units = entries.flatMap(entry => {
    try {
      const [unit] = expandUnits(entry)
      return unit?.file === entry && parseUnitName(unit.name).name === unit.name ? [{...unit, directory}] : []
    } catch {
      return []
    }
  })
  if (units.length === 0) throw new UsageError(`${directory}: no unit file in this directory`)
  return units.sort((left, right) => compareNatural(left.name, right.name))
}

/** A `.container` file may ask for another name than its own (ServiceName=). */
async function underItsName(unit: UnitArgument, local: LocalFiles): Promise<UnitArgument> {
  if (unit.file === undefined || unit.file === unit.name) return unit
  const text = (await local.find(unit.directory, unit))?.text
  const wished = text === undefined ? undefined : wishedName(parseUnitFile(text).file)
  return wished === undefined ? unit : {...unit, name: wished}
}

/**
 * Finds the text of every unit that is not known yet, in fleet's order: its own file, the cluster's template, the template
 * beside. With `replace` local files go first, and known units are submitted anew. Every text is checked before anything
 * is written: throws UsageError with all problems of all files, NotFoundError for what is nowhere.
 */
export async function gatherUnits(
  store: Store,
  args: readonly UnitArgument[],
  options: {readonly replace: boolean; readonly signal: AbortSignal},
): Promise<Gathered> {
  const templates = args.flatMap(({name}) => parseUnitName(name).template ?? [])
  const records = await readRecords(store, [...new Set([...args.map(({name}) => name), ...templates])], options.signal)
  const stored = await storedTemplates(store, records, templates, options.signal)
  const local = new LocalFiles()
  const warnings: string[] = []
  const submissions: Submission[] = []
  const missing: string[] = []
  for (const arg of args) {
    const record = records.get(arg.name)
    const own = await local.find(arg.directory, arg)
    const template = parseUnitName(arg.name).template
    const beside = template === undefined ? undefined : await local.find(arg.directory, templateOf(arg, template))
    const inCluster = template === undefined ? undefined : stored.get(template)
    if (record !== undefined && !options.replace) {
      const here = own ?? beside
      if (here !== undefined && fileHash(here.text) !== record.file) {
        warnings.push(`${arg.name} in the cluster differs from ${here.source}: add --replace to override`)
      }
      continue
    }
    const found = options.replace ? (own ?? beside ?? inCluster) : (own ?? inCluster ?? beside)
    if (found === undefined) {
      if (record === undefined) missing.push(arg.name)
      continue
    }
    if (found === inCluster && beside !== undefined && beside.text !== inCluster.text) {
      warnings.push(
        `${arg.name} is made from ${template} in the cluster, which differs from ${beside.source}: add --replace to override`,
      )
    }
    if (found !== inCluster && (await local.hasDropIns(found.source)))
      warnings.push(`${found.source}.d is passed over: write its lines into ${found.source}`)
    submissions.push({name: arg.name, ...found})
    if (options.replace && found === beside && inCluster !== undefined && template !== undefined)
      submissions.push({name: template, ...found})
  }
  if (missing.length > 0) {
    throw new NotFoundError(`${missing.join(', ')}: neither in the cluster nor a file here; nothing was changed`, {
      hint: 'give the path of a unit file, or of a directory with its template',
    })
  }
  const unique = [...new Map(submissions.map(each => [each.name, each])).values()]
  return {names: args.map(({name}) => name), submissions: unique, warnings: [...warnings, ...checkAll(unique)]}
}

/** Throws UsageError when one of the units is a template: only its instances can run. */
export function refuseTemplates(units: readonly Pick<UnitArgument, 'name'>[], verb: string): void {
  const template = units.find(({name}) => parseUnitName(name).isTemplate)?.name
  if (template === undefined) return
  throw new UsageError(`${template} is a template: it cannot be ${verb} itself`, {
    hint: `name an instance: ${template.replace('@.', '@1.')}`,
  })
}

/** The file that an instance may be made of is of the kind that the argument names, if it names one. */
function templateOf({name, file}: UnitArgument, template: string): NamedUnit {
  if (file === undefined) return {name: template}
  return {name: template, file: file === name ? template : (containerFile(template) ?? template)}
}

function checkAll(submissions: readonly Submission[]): readonly string[] {
  const errors = new Set<string>()
  const warnings = new Set<string>()
  const files = new Map<string, ReadUnitFile>()
  for (const {name, text, source} of submissions) {
    const read = files.get(text) ?? parseUnitFile(text)
    files.set(text, read)
    if (source.endsWith('.container') && !read.file.sections.some(section => section.name === 'Container')) {
      errors.add(`${source}: no [Container] section; write one, or name the file ${name}`)
    }
    for (const problem of understandUnit(name, read).problems) {
      ;(problem.severity === 'error' ? errors : warnings).add(describeProblem(source, problem))
    }
  }
  if (errors.size > 0) throw new UsageError([...errors].join('\n'), {hint: 'nothing was changed'})
  return [...warnings]
}

async function storedTemplates(
  store: Store,
  records: ReadonlyMap<string, UnitRecord>,
  templates: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Text>> {
  const found = new Map<string, Text>()
  for (const template of new Set(templates)) {
    const record = records.get(template)
    if (record === undefined) continue
    const [entry] = (await store.get([keys.file(record.file)], {signal})).entries
    if (entry !== undefined) found.set(template, {text: entry.value, source: `${template} in the cluster`})
  }
  return found
}
