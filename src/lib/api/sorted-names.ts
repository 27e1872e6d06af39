export type Order = (a: string, b: string) => number

/** By code units, as fleet orders. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Names in an order that is kept when names come and go; it must tell any two of them apart. */
export class SortedNames {
  readonly #order: Order
  readonly #names: string[]

  constructor(names: Iterable<string>, order: Order) {
    this.#order = order
    this.#names = [...names].sort(order)
  }

  /** Good until the next change. */
  get all(): readonly string[] {
    return this.#names
  }

  add(name: string): void {
    const at = this.#place(name)
    if (this.#names[at] !== name) this.#names.splice(at, 0, name)
  }

  delete(name: string): void {
    const at = this.#place(name)
    if (this.#names[at] === name) this.#names.splice(at, 1)
  }

  /** The names from one on, itself with them; all without one. Not to be walked on after a change. */
  *from(name: string | undefined): Generator<string> {
    for (let at = name === undefined ? 0 : this.#place(name); at < this.#names.length; at++) yield this.#names[at] ?? ''
  }

  /** How many come before it. */
  #place(name: string): number {
    let [low, high] = [0, this.#names.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#order(this.#names[middle] ?? '', name) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
