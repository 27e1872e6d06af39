import {glob, readFile, stat} from 'node:fs/promises'
import {messageOf} from '../base/errors.ts'
import type {EnvironmentFile} from '../unit/container/container-spec.ts'
import {EnvironmentFileError, parseEnvironmentFile} from '../unit/service/environment-text.ts'

/** The variables of some files of this machine; or why they cannot be had. */
export interface ReadVariables {
  readonly variables: Readonly<Record<string, string>>
  /** Changes whenever one of the files does. */
  readonly stamp: string
  readonly fault?: string
}

interface Known {
  readonly stamp: string
  readonly variables: Readonly<Record<string, string>>
  readonly fault?: string
}

/** Files of variables on this machine, each read anew only when it has changed. */
export class EnvironmentFiles {
  private readonly known = new Map<string, Known>()
  private stamps = new Map<string, Promise<string>>()

  /** From here on every file is looked at anew, once. */
  lookAgain(): void {
    this.stamps = new Map()
  }

  /** A later file outranks an earlier one; a missing file counts only where it is not optional; a path may be a glob (systemd.exec(5)). */
  async read(files: readonly EnvironmentFile[]): Promise<ReadVariables> {
    const there = (await Promise.all(files.map(filesOf))).flat()
    const each = await Promise.all(there.map(async file => ({file, found: await this.one(file.path)})))
    const faults = each.flatMap(({file, found}) =>
      found.fault === undefined || (file.optional && found.stamp === '') ? [] : [found.fault],
    )
    return {
      variables: Object.assign({}, ...each.map(({found}) => found.variables)),
      stamp: each.map(({found}) => found.stamp).join(' '),
      ...(faults.length === 0 ? {} : {fault: faults.join('; ')}),
    }
  }

  private async one(path: string): Promise<Known> {
    const looking = this.stamps.get(path) ?? stampOf(path)
    this.stamps.set(path, looking)
    const stamp = await looking
    const known = this.known.get(path)
    if (known !== undefined && known.stamp === stamp && stamp !== '') return known
    const read = await readOne(path, stamp)
    this.known.set(path, read)
    return read
  }
}

/** The files that a path stands for; the path itself where it is no glob, or one that fits nothing. */
async function filesOf(file: EnvironmentFile): Promise<readonly EnvironmentFile[]> {
  if (!/[*?[]/.test(file.path)) return [file]
  const paths: string[] = []
  for await (const path of glob(file.path)) paths.push(path)
  return paths.length === 0 ? [file] : paths.sort().map(path => ({...file, path}))
}

/** Empty where there is no such file. */
async function stampOf(path: string): Promise<string> {
  try {
    const {mtimeMs, size, ino} = await stat(path)
    return `${ino}:${size}:${mtimeMs}`
  } catch {
    return ''
  }
}

async function readOne(path: string, stamp: string): Promise<Known> {
  try {
    return {stamp, variables: parseEnvironmentFile(await readFile(path, 'utf8'))}
  } catch (error) {
    if (error instanceof EnvironmentFileError)
      return {stamp, variables: {}, fault: `${path}, line ${error.line}: ${error.message}`}
    const remedy = stamp === '' ? `write it on this machine, or EnvironmentFile=-${path} to do without` : messageOf(error)
    return {stamp, variables: {}, fault: `environment file ${path} cannot be read: ${remedy}`}
  }
}
