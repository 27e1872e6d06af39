/**
 * What is known of units on machines. A unit that is on one machine, as most are, has it by itself, and no key is made of the two names:
 * of a million units that takes longer than to find them a place.
 */
export class BySeat<T extends {readonly unit: string; readonly machine: string}> {
  private readonly known = new Map<string, T | Map<string, T>>()

  set(value: T): void {
    const {unit, machine} = value
    const known = this.known.get(unit)
    if (known instanceof Map) known.set(machine, value)
    else if (known === undefined || known.machine === machine) this.known.set(unit, value)
    else this.known.set(unit, new Map([known, value].map(each => [each.machine, each])))
  }

  /** Whether it was there. */
  delete(unit: string, machine: string): boolean {
    const known = this.known.get(unit)
    if (known === undefined) return false
    if (!(known instanceof Map)) return known.machine === machine && this.known.delete(unit)
    if (!known.delete(machine)) return false
    if (known.size === 0) this.known.delete(unit)
    return true
  }

  holds(unit: string, machine: string): boolean {
    const known = this.known.get(unit)
    return known instanceof Map ? known.has(machine) : known?.machine === machine
  }

  /** Of one unit, in the order in which its machines came. */
  of(unit: string): readonly T[] {
    const known = this.known.get(unit)
    return known === undefined ? [] : known instanceof Map ? [...known.values()] : [known]
  }

  /** In the order in which their units came. */
  all(): readonly T[] {
    const all: T[] = []
    for (const known of this.known.values()) {
      if (known instanceof Map) all.push(...known.values())
      else all.push(known)
    }
    return all
  }
}
