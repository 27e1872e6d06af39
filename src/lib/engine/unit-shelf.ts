import {parseUnitFile, type ReadUnitFile} from '../unit/file.ts'
import {understandUnit} from '../unit/parse-unit.ts'
import type {Unit} from '../unit/unit.ts'

/**
 * Units understood once for each name and file, from files read once, and kept while they are asked for. Units of one file that say
 * the same of their place share it.
 */
export class UnitShelf {
  private readonly units = new Map<string, {readonly file: string; readonly unit: Unit | undefined}>()
  private readonly files = new Map<string, File>()

  /** The unit, or undefined when its text is missing or cannot be understood. */
  unit(name: string, file: string, text: string | undefined): Unit | undefined {
    if (text === undefined) return undefined
    const known = this.units.get(name)
    if (known?.file === file) return known.unit
    const read = this.read(file, text)
    const {unit: understood} = understandUnit(name, read)
    const unit = understood && {...understood, ...sharedOf(understood, read.said)}
    this.units.set(name, {file, unit})
    return unit
  }

  /** Forgets the units and files that are not known any more. */
  keepOnly(names: {has(name: string): boolean}, files: {has(file: string): boolean}): void {
    for (const name of this.units.keys()) if (!names.has(name)) this.units.delete(name)
    for (const file of this.files.keys()) if (!files.has(file)) this.files.delete(file)
  }

  private read(file: string, text: string): File {
    const known = this.files.get(file)
    if (known !== undefined) return known
    const read = {...parseUnitFile(text), said: new Map()}
    this.files.set(file, read)
    return read
  }
}

type Said = Pick<Unit, 'placement' | 'requests'>

interface File extends ReadUnitFile {
  /** What its units say of their place, by that as text. */
  readonly said: Map<string, Said>
}

function sharedOf({placement, requests}: Unit, said: Map<string, Said>): Said {
  const key = JSON.stringify([placement, requests])
  const known = said.get(key)
  if (known !== undefined) return known
  const first = {placement, requests}
  said.set(key, first)
  return first
}
