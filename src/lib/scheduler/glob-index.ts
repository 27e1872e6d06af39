import {compileGlob} from '../unit/glob.ts'

/** Which of the known names each glob matches: worked out once a glob, then looked up. A name that is not known matches nothing. */
export class GlobIndex {
  private readonly known: ReadonlySet<string>
  private readonly sorted: readonly string[]
  private readonly found = new Map<string, ReadonlySet<string>>()

  constructor(names: Iterable<string>) {
    this.known = new Set(names)
    this.sorted = [...this.known].sort()
  }

  matches(glob: string, name: string): boolean {
    return this.namesOf(glob).has(name)
  }

  namesOf(glob: string): ReadonlySet<string> {
    const found = this.found.get(glob)
    if (found !== undefined) return found
    const names = this.find(glob)
    this.found.set(glob, names)
    return names
  }

  /** Only names that begin with what stands before the first special character are tried. */
  private find(glob: string): ReadonlySet<string> {
    const special = glob.search(/[*?[\\]/)
    if (special < 0) return new Set(this.known.has(glob) ? [glob] : [])
    const matches = compileGlob(glob)
    const names = new Set<string>()
    if (matches === undefined) return names
    const prefix = glob.slice(0, special)
    for (let at = this.firstFrom(prefix); at < this.sorted.length; at++) {
      const name = this.sorted[at]
      if (name === undefined || !name.startsWith(prefix)) break
      if (matches(name)) names.add(name)
    }
    return names
  }

  /** Where the first name stands that is not before `prefix`. */
  private firstFrom(prefix: string): number {
    let low = 0
    let high = this.sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.sorted[middle] ?? '') < prefix) low = middle + 1
      else high = middle
    }
    return low
  }
}
