/** A map to several values a key. A key that has one, as most do, has it by itself: a set takes ten times the memory. */
export class MultiMap<K, V extends string> {
  private readonly known = new Map<K, V | Set<V>>()

  /** In the order in which they came. */
  get(key: K): ReadonlySet<V> {
    const values = this.known.get(key)
    return values === undefined ? none : typeof values === 'string' ? new Set([values]) : values
  }

  has(key: K): boolean {
    return this.known.has(key)
  }

  holds(key: K, value: V): boolean {
    const values = this.known.get(key)
    return typeof values === 'string' ? values === value : values?.has(value) === true
  }

  /** The first of a key's values that is not this one. */
  other(key: K, value: V): V | undefined {
    const values = this.known.get(key)
    if (values === undefined || values === value) return undefined
    if (typeof values === 'string') return values
    for (const each of values) if (each !== value) return each
    return undefined
  }

  /** Of all keys. */
  *values(): Generator<V> {
    for (const values of this.known.values()) {
      if (typeof values === 'string') yield values
      else yield* values
    }
  }

  add(key: K, value: V): void {
    const values = this.known.get(key)
    if (values === undefined) this.known.set(key, value)
    else if (typeof values !== 'string') values.add(value)
    else if (values !== value) this.known.set(key, new Set([values, value]))
  }

  delete(key: K, value: V): void {
    const values = this.known.get(key)
    if (values === value) this.known.delete(key)
    if (!(values instanceof Set)) return
    values.delete(value)
    if (values.size === 0) this.known.delete(key)
  }
}

const none: ReadonlySet<never> = new Set()
