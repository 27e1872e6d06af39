/** A binary heap: the least first, in the order of `before`. */
export class Heap<T> {
  private readonly items: T[]
  private readonly before: (a: T, b: T) => boolean

  constructor(items: readonly T[], before: (a: T, b: T) => boolean) {
    this.items = [...items]
    this.before = before
    for (let at = (this.items.length >> 1) - 1; at >= 0; at--) this.sink(at)
  }

  get least(): T | undefined {
    return this.items[0]
  }

  add(item: T): void {
    const {items, before} = this
    let at = items.length
    items.push(item)
    for (let above = (at - 1) >> 1; at > 0; above = (at - 1) >> 1) {
      const parent = items[above]
      if (parent === undefined || !before(item, parent)) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  /** The least has become greater: it finds its new place. */
  leastHasGrown(): void {
    this.sink(0)
  }

  dropLeast(): void {
    const last = this.items.pop()
    if (last === undefined || this.items.length === 0) return
    this.items[0] = last
    this.sink(0)
  }

  private sink(from: number): void {
    const {items, before} = this
    const item = items[from]
    if (item === undefined) return
    let at = from
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      const [left, right] = [items[child], items[child + 1]]
      if (left === undefined) break
      const [lesser, place] = right !== undefined && before(right, left) ? [right, child + 1] : [left, child]
      if (!before(lesser, item)) break
      items[at] = lesser
      at = place
    }
    items[at] = item
  }
}
