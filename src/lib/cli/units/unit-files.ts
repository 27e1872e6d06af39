import {readdir, readFile, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {messageOf, UsageError} from '../../base/errors.ts'
import type {Submission} from '../../cluster/submit.ts'
import {containerFile, type NamedUnit} from '../../unit/names.ts'

/** A unit file's text, and what the operator knows it by. */
export type Text = Pick<Submission, 'text' | 'source'>

/** The unit files of this host, each directory and each file read once. */
export class LocalFiles {
  private readonly names = new Map<string, Promise<ReadonlySet<string>>>()
  private readonly texts = new Map<string, Promise<Text>>()

  /**
   * The file of a unit in a directory: the one that is named, else its own, be it `web.service` or Quadlet's
   * `web.container`. Undefined where there is none. Throws UsageError for one that cannot be read, and where there are two
   * and nothing says which.
   */
  async find(directory: string, {name, file}: NamedUnit): Promise<Text | undefined> {
    const names = await this.namesIn(directory)
    const candidates = file !== undefined && file !== name ? [file] : [name, containerFile(name)]
    const [first, second] = candidates.filter(each => each !== undefined).filter(each => names.has(each))
    if (second !== undefined && file === undefined)
      throw ambiguous(name, [place(directory, first ?? ''), place(directory, second)])
    return first === undefined ? undefined : this.read(place(directory, first))
  }

  /** Whether files lie beside a unit file that systemd and Quadlet would add to it. */
  async hasDropIns(source: string): Promise<boolean> {
    return (await this.namesIn(dirname(source))).has(`${basename(source)}.d`)
  }

  private read(source: string): Promise<Text> {
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

/** Two files that would become one unit. */
export function ambiguous(name: string, sources: readonly string[]): UsageError {
  return new UsageError(`${sources.join(' and ')} are both ${name}`, {hint: 'take one of them away, or name the file'})
}

/** The names in a directory; undefined for what is none. */
export async function namesInDirectory(path: string): Promise<readonly string[] | undefined> {
  const isDirectory = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
  return isDirectory ? readdir(path) : undefined
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}

function place(directory: string, name: string): string {
  return directory === '.' ? name : join(directory, name)
}

async function readText(source: string): Promise<Text> {
  try {
    return {text: await readFile(source, 'utf8'), source}
  } catch (error) {
    throw new UsageError(`cannot read ${source}: ${messageOf(error)}`, {cause: error})
  }
}
