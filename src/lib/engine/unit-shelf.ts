import {parseUnit} from '../unit/parse-unit.ts'
import type {Unit} from '../unit/unit.ts'

/** Units parsed once for each name and file, and kept while they are asked for. */
export class UnitShelf {
  private readonly units = new Map<string, {readonly file: string; readonly unit: Unit | undefined}>()

  /** The unit, or undefined when its text is missing or does not parse. */
  unit(name: string, file: string, text: string | undefined): Unit | undefined {
    if (text === undefined) return undefined
    const known = this.units.get(name)
    if (known?.file === file) return known.unit
    const {unit} = parseUnit(name, text)
    this.units.set(name, {file, unit})
    return unit
  }

  /** Forgets the units that are not known any more. */
  keepOnly(names: {has(name: string): boolean}): void {
    for (const name of this.units.keys()) if (!names.has(name)) this.units.delete(name)
  }
}
