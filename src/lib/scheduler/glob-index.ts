import {MultiMap} from '../base/multi-map.ts'
import {compileGlob} from '../unit/glob.ts'
import {familyOf} from './census.ts'

/** Which of the known names each glob matches: worked out once a glob, then looked up. A name that is not known matches nothing. */
export class GlobIndex {
  /** The names by family: most globs are about the instances of a template. */
  private readonly families = new MultiMap<string, string>()
  private readonly found = new Map<string, Set<string>>()

  constructor(names: Iterable<string>) {
    for (const name of names) this.families.add(familyOf(name), name)
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
    if (this.isKnown(name)) return false
    this.families.add(familyOf(name), name)
    for (const [glob, names] of this.found) if (isMatch(glob, name)) names.add(name)
    return true
  }

  /** Only names that begin with what stands before the first special character are tried. */
  private find(glob: string): Set<string> {
    const prefix = literalPrefix(glob)
    if (prefix.length === glob.length) return new Set(this.isKnown(glob) ? [glob] : [])
    const matches = compileGlob(glob)
    const names = new Set<string>()
    if (matches === undefined) return names
    for (const name of this.candidates(prefix)) if (name.startsWith(prefix) && matches(name)) names.add(name)
    return names
  }

  private candidates(prefix: string): Iterable<string> {
    return prefix.includes('@') ? this.families.get(familyOf(prefix)) : this.families.values()
  }

  private isKnown(name: string): boolean {
    return this.families.holds(familyOf(name), name)
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
