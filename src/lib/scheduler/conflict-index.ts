import type {Unit} from '../unit/unit.ts'
import type {GlobIndex} from './glob-index.ts'

/** Who conflicts with whom, or would rather be near whom, looked up from either side. */
export class ConflictIndex {
  private readonly globs: GlobIndex
  private readonly said = new Set<string>()
  private readonly matching = new Map<string, readonly string[]>()

  /** `units`: all whose word counts. */
  constructor(units: Iterable<Unit>, globs: GlobIndex) {
    this.globs = globs
    for (const unit of units) for (const glob of globsOf(unit)) this.said.add(glob)
    for (const glob of [...this.said].sort()) this.enter(glob)
  }

  /** The globs, of all that any unit says, that match this name; by their letters. */
  against(name: string): readonly string[] {
    return this.matching.get(name) ?? []
  }

  /** Either side's word is enough, never against itself; the word of an unknown other does not count. */
  between(unit: Unit, name: string, other: Unit | undefined): boolean {
    return unit.name !== name && (this.says(unit, name) || (other !== undefined && this.says(other, unit.name)))
  }

  /** One unit more. What it says that nobody said before: glob by glob, the names that match. */
  add(unit: Unit): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.globs.add(unit.name)) {
      const against = [...this.said].filter(glob => this.globs.matches(glob, unit.name)).sort()
      if (against.length > 0) this.matching.set(unit.name, against)
    }
    const news = new Map<string, ReadonlySet<string>>()
    for (const glob of globsOf(unit)) {
      if (this.said.has(glob)) continue
      this.said.add(glob)
      this.enter(glob)
      news.set(glob, this.globs.namesOf(glob))
    }
    return news
  }

  private enter(glob: string): void {
    // Most names are matched by one glob only, and share the list of it.
    const alone = [glob]
    for (const name of this.globs.namesOf(glob)) {
      const known = this.matching.get(name)
      this.matching.set(name, known === undefined ? alone : [...known, glob].sort())
    }
  }

  private says({placement}: Unit, name: string): boolean {
    return placement.conflicts.some(glob => this.globs.matches(glob, name))
  }
}

function globsOf({placement}: Unit): readonly string[] {
  const near = (placement.preferences ?? []).flatMap(each => (each.kind === 'near' ? [each.glob] : []))
  return near.length === 0 ? placement.conflicts : [...placement.conflicts, ...near]
}
