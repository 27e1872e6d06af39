/** As `make`, which is asked once for each object; what it has made is kept as long as the object is. */
export function onceEach<K extends WeakKey, V>(make: (object: K) => V): (object: K) => V {
  const made = new WeakMap<K, {readonly value: V}>()
  return object => {
    const known = made.get(object) ?? {value: make(object)}
    made.set(object, known)
    return known.value
  }
}
