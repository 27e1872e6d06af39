import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type Mark, readMark} from './mark.ts'

/** A unit that was written for a machine. */
export interface WrittenUnit {
  readonly mark: Mark
  readonly launched: boolean
  /** It has a section [Install]. */
  readonly installs: boolean
}

/** The unit files that Meissa wrote for systemd, and whether each was started. Both are gone after a boot. */
export class WrittenUnits {
  /** Where systemd looks for units that last until the next boot. */
  readonly directory: string
  readonly #launchedDirectory: string
  readonly #owner: Pick<Mark, 'cluster' | 'machine'>

  constructor(options: {
    readonly directory: string
    readonly launchedDirectory: string
    readonly owner: Pick<Mark, 'cluster' | 'machine'>
  }) {
    this.directory = options.directory
    this.#launchedDirectory = options.launchedDirectory
    this.#owner = options.owner
  }

  pathOf(unit: string): string {
    return join(this.directory, unit)
  }

  /** The names of this machine's units. */
  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.directory, {withFileTypes: true}).catch(absent)
    const files = (entries ?? []).filter(entry => entry.isFile() && !entry.name.startsWith('.')).map(({name}) => name)
    const units = await Promise.all(files.map(async name => ((await this.read(name)) === undefined ? [] : [name])))
    return units.flat()
  }

  /** undefined where there is no file of that name, or somebody else's. */
  async read(unit: string): Promise<WrittenUnit | undefined> {
    const text = await readFile(this.pathOf(unit), 'utf8').catch(absent)
    const mark = text === undefined ? undefined : readMark(text)
    if (mark === undefined || mark.cluster !== this.#owner.cluster || mark.machine !== this.#owner.machine) return undefined
    const installs = /^\[Install\]$/m.test(text ?? '')
    return {mark, installs, launched: (await readFile(this.#launchedPath(unit)).catch(absent)) !== undefined}
  }

  /** All of it or nothing, also when the machine stops in the middle. */
  async write(unit: string, text: string): Promise<void> {
    await mkdir(this.directory, {recursive: true})
    const temporary = join(this.directory, `.${unit}.meissa`)
    await writeFile(temporary, text, {mode: 0o644})
    await rename(temporary, this.pathOf(unit))
  }

  async setLaunched(unit: string, launched: boolean): Promise<void> {
    if (!launched) return rm(this.#launchedPath(unit), {force: true})
    await mkdir(this.#launchedDirectory, {recursive: true})
    await writeFile(this.#launchedPath(unit), '')
  }

  async remove(unit: string): Promise<void> {
    await this.setLaunched(unit, false)
    await rm(this.pathOf(unit), {force: true})
  }

  #launchedPath(unit: string): string {
    return join(this.#launchedDirectory, unit)
  }
}

function absent(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
}
