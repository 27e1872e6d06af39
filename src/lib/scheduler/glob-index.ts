import {compileGlob} from '../unit/glob.ts'

/** Which of the known names each glob matches: worked out once a glob, then looked up. A name that is not known matches nothing. */
export class GlobIndex {
  private readonly known: Set<string>
  private sorted: readonly string[]
  /** Names that came since they were sorted. */
  private readonly late: string[] = []
  private readonly found = new Map<string, Set<string>>()

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

  /** One name more; whether it is new. */
  add(name: string): boolean {
    if (this.known.has(name)) return false
    this.known.add(name)
    this.late.push(name)
    for (const [glob, names] of this.found) if (isMatch(glob, name)) names.add(name)
    return true
  }

  /** Only names that begin with what stands before the first special character are tried. */
  private find(glob: string): Set<string> {
    const prefix = literalPrefix(glob)
    if (prefix.length === glob.length) return new Set(this.known.has(glob) ? [glob] : [])
    const matches = compileGlob(glob)
    const names = new Set<string>()
    if (matches === undefined) return names
    for (let at = this.firstFrom(prefix); at < this.sorted.length; at++) {
      const name = this.sorted[at]
      if (name === undefined || !name.startsWith(prefix)) break
      if (matches(name)) names.add(name)
    }
    for (const name of this.late) if (name.startsWith(prefix) && matches(name)) names.add(name)
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

/** What every name begins with that a glob matches: all of it, when there is nothing special in it. */
function literalPrefix(glob: string): string {
  const special = glob.search(/[*?[\\]/)
  return special < 0 ? glob : glob.slice(0, special)
}

function isMatch(glob: string, name: string): boolean {
  const prefix = literalPrefix(glob)
  if (prefix.length === glob.length) return glob === name
  return name.startsWith(prefix) && compileGlob(glob)?.(name) === true
}
