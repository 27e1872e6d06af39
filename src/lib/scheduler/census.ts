import type {Unit} from '../unit/unit.ts'
import type {SnapshotMachine} from './snapshot.ts'

/** How many units of each family stand on machines that share a value of metadata, for the keys that anybody asks about. */
export class Census {
  private readonly keys: readonly string[]
  private readonly counts = new Map<string, number>()

  constructor(units: Iterable<Unit>) {
    const keys = new Set<string>()
    for (const {placement} of units) {
      for (const {key} of placement.maxPer ?? []) if (key !== undefined) keys.add(key)
      for (const {key} of placement.spread ?? []) keys.add(key)
    }
    this.keys = [...keys]
  }

  /** Whether what the unit asks about is counted. */
  covers({placement}: Unit): boolean {
    const keys = [...(placement.maxPer ?? []).flatMap(({key}) => key ?? []), ...(placement.spread ?? []).map(({key}) => key)]
    return keys.every(key => this.keys.includes(key))
  }

  /** A unit has come to a machine, or has left it. */
  move(name: string, {metadata}: SnapshotMachine, by: 1 | -1): void {
    if (this.keys.length === 0) return
    const family = familyOf(name)
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

/** The instances of a template are one family; any other unit is one by itself. */
export function familyOf(name: string): string {
  const at = name.indexOf('@')
  return at < 0 ? name : name.slice(0, at + 1)
}

function placeKey(family: string, key: string, value: string): string {
  return `${key}=${value} ${family}`
}
