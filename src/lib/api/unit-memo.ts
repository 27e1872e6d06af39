import type {UnitParts} from './cluster-index.ts'

/** What was made of units, kept as long as nothing about the unit changes, and for so many units at most. */
export class UnitMemo<T> {
  readonly #made = new Map<string, {readonly parts: UnitParts; readonly value: T}>()

  of(parts: UnitParts, make: (parts: UnitParts) => T): T {
    const known = this.#made.get(parts.name)
    if (known?.parts === parts) return known.value
    if (known === undefined && this.#made.size >= mostRemembered) this.#made.clear()
    const value = make(parts)
    this.#made.set(parts.name, {parts, value})
    return value
  }
}

const mostRemembered = 16_384
