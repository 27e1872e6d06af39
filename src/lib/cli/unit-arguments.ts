import {readdir, readFile, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {messageOf, NotFoundError, UsageError} from '../base/errors.ts'
import {compareNatural} from '../base/natural-order.ts'
import {readRecords} from '../cluster/change.ts'
import type {UnitRecord} from '../cluster/model.ts'
import type {Submission} from '../cluster/submit.ts'
import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {describeProblem} from '../unit/describe-problem.ts'
import {parseUnitFile, type ReadUnitFile} from '../unit/file.ts'
import {fileHash} from '../unit/hash.ts'
import {expandNames, parseUnitName} from '../unit/names.ts'
import {understandUnit} from '../unit/parse-unit.ts'

/** A unit named on the command line, and where a file of it may lie. */
export interface UnitArgument {
  readonly name: string
  readonly directory: string
}

/** What the arguments come to: units to write, all units meant, and what the operator should hear of. */
export interface Gathered {
  readonly names: readonly string[]
  readonly submissions: readonly Submission[]
  readonly warnings: readonly string[]
}

/** Names and paths with their braces opened; a directory stands for the unit files in it. Throws UsageError for a name that cannot be. */
export async function readArguments(args: readonly string[]): Promise<readonly UnitArgument[]> {
  const found = new Map<string, UnitArgument>()
  for (const arg of args) {
    const named = (await isDirectory(arg)) ? await unitsIn(arg) : expandNames(arg).map(name => ({name, directory: dirname(arg)}))
    for (const each of named) found.set(parseUnitName(each.name).name, each)
  }
  return [...found.values()]
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
    const own = await local.read(arg.directory, arg.name)
    const template = parseUnitName(arg.name).template
    const beside = template === undefined ? undefined : await local.read(arg.directory, template)
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

function checkAll(submissions: readonly Submission[]): readonly string[] {
  const errors = new Set<string>()
  const warnings = new Set<string>()
  const files = new Map<string, ReadUnitFile>()
  for (const {name, text, source} of submissions) {
    const file = files.get(text) ?? parseUnitFile(text)
    files.set(text, file)
    for (const problem of understandUnit(name, file).problems) {
      ;(problem.severity === 'error' ? errors : warnings).add(describeProblem(source, problem))
    }
  }
  if (errors.size > 0) throw new UsageError([...errors].join('\n'), {hint: 'nothing was changed'})
  return [...warnings]
}

type Text = Pick<Submission, 'text' | 'source'>

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

/** The unit files of this host, each directory and each file read once. */
class LocalFiles {
  private readonly names = new Map<string, Promise<ReadonlySet<string>>>()
  private readonly texts = new Map<string, Promise<Text>>()

  /** Undefined where there is no such file. Throws UsageError for one that cannot be read. */
  async read(directory: string, name: string): Promise<Text | undefined> {
    if (!(await this.namesIn(directory)).has(name)) return undefined
    const source = directory === '.' ? name : join(directory, name)
    const known = this.texts.get(source) ?? readText(source)
    this.texts.set(source, known)
    return known
  }

  private namesIn(directory: string): Promise<ReadonlySet<string>> {
    const known =
      this.names.get(directory) ??
      readdir(directory)
        .then(names => new Set(names))
        .catch(() => new Set<string>())
    this.names.set(directory, known)
    return known
  }
}

async function readText(source: string): Promise<Text> {
  try {
    return {text: await readFile(source, 'utf8'), source}
  } catch (error) {
    throw new UsageError(`cannot read ${source}: ${messageOf(error)}`, {cause: error})
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function unitsIn(directory: string): Promise<readonly UnitArgument[]> {
  const names = (await readdir(directory)).filter(name => {
    try {
      return expandNames(name)[0] === name && parseUnitName(name).name === name
    } catch {
      return false
    }
  })
  if (names.length === 0) throw new UsageError(`${directory}: no unit file in this directory`)
  return names.sort(compareNatural).map(name => ({name, directory}))
}
