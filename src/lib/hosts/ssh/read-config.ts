import {glob, readFile} from 'node:fs/promises'
import {dirname, isAbsolute, join} from 'node:path'
import {UsageError} from '../../base/errors.ts'
import {type ConfigBlock, type ConfigEntry, type PlainEntry, parseConfig} from './config-sections.ts'
import type {LocalSide} from './settings.ts'
import {expandPath} from './tokens.ts'

/**
 * The config files that count, the weightier first: the user's and the system's, or the one that is given and no other
 * (ssh(1), -F; `none` for none at all). Include lines are followed, sixteen deep. Throws UsageError for a given file that is
 * not there, and for one that cannot be understood.
 */
export async function readConfigs(given: string | undefined, local: LocalSide): Promise<readonly (readonly ConfigBlock[])[]> {
  if (given === 'none') return []
  const user = join(local.home, '.ssh')
  if (given !== undefined) return [await readBlocks(given, {base: user, local, depth: 0, needed: true})]
  return Promise.all([
    readBlocks(join(user, 'config'), {base: user, local, depth: 0, needed: false}),
    readBlocks('/etc/ssh/ssh_config', {base: '/etc/ssh', local, depth: 0, needed: false}),
  ])
}

interface Reading {
  /** Where relative Include lines look. */
  readonly base: string
  readonly local: LocalSide
  readonly depth: number
  readonly needed: boolean
}

async function readBlocks(file: string, reading: Reading): Promise<readonly ConfigBlock[]> {
  if (reading.depth > 16) throw new UsageError(`${file}: too many files include each other`)
  const text = await readText(file, reading.needed)
  if (text === undefined) return []
  return Promise.all(
    parseConfig(text, file).map(async block => ({
      condition: block.condition,
      entries: await Promise.all(block.entries.map(entry => withIncluded(entry, reading))),
    })),
  )
}

async function withIncluded(entry: PlainEntry, reading: Reading): Promise<ConfigEntry> {
  if (entry.key !== 'include') return entry
  const files = (await Promise.all(entry.values.map(value => filesOf(value, reading)))).flat()
  return {included: await Promise.all(files.map(file => readBlocks(file, {...reading, depth: reading.depth + 1, needed: false})))}
}

async function filesOf(written: string, {base, local}: Reading): Promise<readonly string[]> {
  const path = expandPath(written, {}, local)
  const found: string[] = []
  for await (const file of glob(isAbsolute(path) ? path : join(base, path))) found.push(file)
  return found.sort()
}

async function readText(file: string, needed: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!needed) return undefined
    throw new UsageError(`${file} cannot be read`, {hint: `is there such a file in ${dirname(file)}?`, cause: error})
  }
}
