import type {Unit} from '../unit/unit.ts'
import type {GlobIndex} from './glob-index.ts'

/** Who conflicts with whom, or would rather be near whom, looked up from either side. */
export class ConflictIndex {
  private readonly globs: GlobIndex
  private readonly matching = new Map<string, string[]>()

  /** `units`: all whose word counts. */
  constructor(units: Iterable<Unit>, globs: GlobIndex) {
    this.globs = globs
    const said = new Set<string>()
    for (const {placement} of units) {
      for (const glob of placement.conflicts) said.add(glob)
      for (const each of placement.preferences ?? []) if (each.kind === 'near') said.add(each.glob)
    }
    for (const glob of [...said].sort()) {
      for (const name of globs.namesOf(glob)) {
        const known = this.matching.get(name)
        if (known === undefined) this.matching.set(name, [glob])
        else known.push(glob)
      }
    }
  }

  /** The globs, of all that any unit says, that match this name. */
  against(name: string): readonly string[] {
    return this.matching.get(name) ?? []
  }

  /** Either side's word is enough, never against itself; the word of an unknown other does not count. */
  between(unit: Unit, name: string, other: Unit | undefined): boolean {
    return unit.name !== name && (this.says(unit, name) || (other !== undefined && this.says(other, unit.name)))
  }

  private says({placement}: Unit, name: string): boolean {
    return placement.conflicts.some(glob => this.globs.matches(glob, name))
  }
}
