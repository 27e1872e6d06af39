import type {Unit} from '../unit/unit.ts'
import type {SnapshotMachine} from './snapshot.ts'

/** How many units of a family stand on machines that share a value of metadata, for the families and keys that anybody asks about. */
export class Census {
  private readonly keys: readonly string[]
  private readonly families = new Set<string>()
  private readonly counts = new Map<string, number>()

  constructor(units: Iterable<Unit>) {
    const keys = new Set<string>()
    for (const {name, placement} of units) {
      if (placement.maxPer === undefined && placement.spread === undefined) continue
      this.families.add(familyOf(name))
      for (const {key} of placement.maxPer ?? []) if (key !== undefined) keys.add(key)
      for (const {key} of placement.spread ?? []) keys.add(key)
    }
    this.keys = [...keys]
  }

  /** Whether what the unit asks about is counted. */
  covers({name, placement}: Unit): boolean {
    if (placement.maxPer === undefined && placement.spread === undefined) return true
    if (!this.families.has(familyOf(name))) return false
    const keys = [...(placement.maxPer ?? []).flatMap(({key}) => key ?? []), ...(placement.spread ?? []).map(({key}) => key)]
    return keys.every(key => this.keys.includes(key))
  }

  /** The unit's family, if anybody asks how many of it there are. */
  askedFamilyOf(name: string): string | undefined {
    if (this.families.size === 0) return undefined
    const family = familyOf(name)
    return this.families.has(family) ? family : undefined
  }

  /** A unit of a family that is asked about has come to a machine, or has left it. */
  move(family: string, {metadata}: SnapshotMachine, by: 1 | -1): void {
    for (const key of this.keys) {
      const value = metadata[key]
      if (value === undefined) continue
      const place = placeKey(family, key, value)
      this.counts.set(place, (this.counts.get(place) ?? 0) + by)
    }
  }

  count(family: string, key: string, value: string): number {
    return this.counts.get(placeKey(family, key, value)) ?? 0
  }
}

/** Whether it counts for the unit who of its family is on other machines. */
export function countsElsewhere({placement}: Unit): boolean {
  return placement.maxPer?.some(({key}) => key !== undefined) === true
}

/** The instances of a template are one family; any other unit is one by itself. */
export function familyOf(name: string): string {
  const at = name.indexOf('@')
  return at < 0 ? name : name.slice(0, at + 1)
}

function placeKey(family: string, key: string, value: string): string {
  return `${key}=${value} ${family}`
}
