import {chmod, mkdir, readFile, realpath, rename, rm, writeFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {messageOf, NotFoundError, UsageError} from '../../base/errors.ts'
import {suggest} from '../suggest.ts'
import type {ContextEdit, Contexts} from './document.ts'
import {type ChosenContext, fileSettings, type Settings} from './settings.ts'

export const noContexts: Contexts = {current: undefined, contexts: new Map(), warnings: []}

/** Where the contexts are kept: CTL_CONFIG, else `meissa/config.yaml` where the XDG Base Directory Specification has such files. */
export function configPath(): string {
  const base = process.env.XDG_CONFIG_HOME
  return resolve(process.env.CTL_CONFIG || join(base?.startsWith('/') ? base : join(homedir(), '.config'), 'meissa/config.yaml'))
}

/** Reads the contexts; none where there is no file. Throws UsageError that names the file, and the line where it is broken. */
export async function readContexts(): Promise<Contexts> {
  const path = configPath()
  const text = await readText(path)
  if (text === '') return noContexts
  const {parseContexts} = await import('./document.ts')
  return parseContexts(path, text)
}

/** Changes the file, or makes it: for its owner only, since it may hold passwords. A reader finds the old one or the new one, whole. */
export async function changeContexts(edits: readonly ContextEdit[]): Promise<void> {
  const path = configPath()
  const [text, {editContexts}] = await Promise.all([readText(path), import('./document.ts')])
  const changed = editContexts(path, text, edits)
  await replaceFile(path, changed).catch(error => {
    throw new UsageError(`cannot write ${path}: ${messageOf(error)}`, {cause: error})
  })
}

/**
 * The context that applies: the one chosen by `--context`, else by CTL_CONTEXT, else the current one; its files as absolute
 * paths. Throws NotFoundError for one that is not in the file.
 */
export function chooseContext(
  contexts: Contexts,
  flag: string | undefined,
  variable: string | undefined,
): ChosenContext | undefined {
  const name = flag ?? variable ?? contexts.current
  if (name === undefined) return undefined
  const settings = contextNamed(contexts, name)
  return {
    name,
    settings: withFiles(settings, dirname(configPath())),
    by: flag !== undefined ? 'flag' : variable !== undefined ? 'variable' : 'current',
  }
}

/** The settings of a context. Throws NotFoundError that says which there are. */
export function contextNamed({contexts}: Contexts, name: string): Settings {
  const settings = contexts.get(name)
  if (settings !== undefined) return settings
  const meant = suggest(name, [...contexts.keys()])
  throw new NotFoundError(`no context ${name} in ${configPath()}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, {
    hint: contexts.size === 0 ? '`ctl context add` makes one' : `there are: ${[...contexts.keys()].join(', ')}`,
  })
}

/** Settings with their files named from the root: `~` is the home directory, others are looked for in `directory`. */
export function withFiles(settings: Settings, directory: string): Settings {
  const files = fileSettings.flatMap(name => {
    const path = settings[name]
    // ssh-config knows the word `none`.
    if (path === undefined || (name === 'ssh-config' && path === 'none')) return []
    return [[name, resolve(directory, path.replace(/^~(?=\/|$)/, homedir()))]]
  })
  return {...settings, ...Object.fromEntries(files)}
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(error => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw new UsageError(`cannot read ${path}: ${messageOf(error)}`, {cause: error})
  })
}

/** The file may be a link, and stays one. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), {recursive: true, mode: 0o700})
  const target = await realpath(path).catch(() => path)
  const unfinished = `${target}.${process.pid}`
  try {
    await writeFile(unfinished, text, {mode: 0o600, flag: 'wx'})
    await chmod(unfinished, 0o600)
    await rename(unfinished, target)
  } finally {
    await rm(unfinished, {force: true})
  }
}
